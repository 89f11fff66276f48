//! A host with a quarantine: whatever a plugin is entered for, a reset is laid to it.

use std::sync::mpsc::{Sender, channel};
use std::thread;

use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::capability::sensor::{self, Channel, Error, Reading, Sensors};
use corelet_host::plugin::{event_handler, lifecycle, ticker};
use corelet_host::{Blame, EventQueue, Host, LoadError, Policy, Quarantine, Reset, STRIKES_MAX};
use corelet_image::{
    DEVELOPMENT_KEY, DEVELOPMENT_SEED, Image, Keys, Manifest, Unsigned, Verified, Version,
};

use crate::board::{ONE, POLICY, SENSOR, TWO, granted, manifest, record};
use crate::module::{CallEcho, ECHO, Echo, Module, OK, echo};

/// A board whose sensor waits for ever, as a driver does whose device does not answer.
struct Hanging {
    now: u64,
    hangs: Sender<()>,
}

impl MonotonicClock for Hanging {
    fn now(&mut self) -> u64 {
        self.now += 1_000_000;
        self.now
    }

    fn resolution(&mut self) -> u64 {
        1
    }
}

impl Sensors for Hanging {
    fn channels(&self) -> &[Channel<'static>] {
        &[]
    }

    fn read(&mut self, _: u8) -> Result<Reading, Error> {
        self.hangs.send(()).unwrap();
        loop {
            thread::park();
        }
    }
}

type Plugins = Host<Hanging, 2>;

fn memory() -> &'static Quarantine {
    Box::leak(Box::default())
}

fn start(memory: &'static Quarantine, reset: Reset, hangs: Sender<()>) -> Plugins {
    Host::new(Hanging { now: 0, hangs }, Policy::same(POLICY))
        .with::<sensor::Capability>()
        .with_quarantine(memory, reset)
}

fn signed(manifest: &Manifest<'_>, module: &Module) -> Vec<u8> {
    let unsigned = Unsigned::build(manifest, &module.build(), &DEVELOPMENT_KEY).unwrap();
    unsigned.sign(&DEVELOPMENT_SEED).unwrap()
}

fn verified(image: &[u8]) -> Verified<'_> {
    let image = Image::parse(image).unwrap();
    let keys = Keys::NONE.accept_development();
    image.verify(&keys, Version::default()).unwrap()
}

/// A plugin that wants to be ticked and told of events; `module` is given a body that reads the sensor.
fn image(version: Version, module: impl Fn(&str) -> Module) -> Vec<u8> {
    // The request of one byte stands at 0x404, where that of an export would.
    let read = format!(
        "(i32.store8 (i32.const 0x404) (i32.const 0))
         (drop (call $read (i32.const 0x404) (i32.const 1) (i32.const 0) (i32.const 0x200)))
         {OK}"
    );
    let grant = record::<sensor::Grant<'_>>(&sensor::Grant {
        channels: &[0],
        reads_per_minute: None,
        reads_per_second: None,
    });
    let grants: [(&str, &[u8]); 1] = [(SENSOR, &grant)];
    let mut manifest = granted("bad", &grants);
    manifest.version = version;
    manifest.tick_ms = Some(10);
    manifest.topics.push("door").unwrap();
    let module = module(&read).import::<sensor::functions::Read>();
    signed(&manifest, &module)
}

/// A plugin that exports everything, and reads the sensor in `bad`.
fn bad_in(bad: &str) -> Vec<u8> {
    image(Version::default(), |read| {
        let body = |name| if name == bad { read } else { OK };
        let echo = if bad == "echo" { read } else { ECHO };
        Module::with_init(body("init"))
            .export::<Echo>(echo)
            .export::<ticker::functions::Tick>(body("tick"))
            .export::<event_handler::functions::Handle>(body("handle"))
            .export::<lifecycle::functions::Shutdown>(body("shutdown"))
    })
}

/// Runs the device until it hangs, which it does in a thread that is left alone from then on.
fn hang(memory: &'static Quarantine, reset: Reset, work: impl FnOnce(Plugins) + Send + 'static) {
    let (sender, receiver) = channel();
    let plugins = start(memory, reset, sender);
    thread::spawn(move || work(plugins));
    receiver.recv().expect("it hangs");
}

/// The device starts from `reset`, and is asked for the strikes of an image.
fn strikes(memory: &'static Quarantine, reset: Reset, image: &[u8]) -> Option<(u8, Reset)> {
    drop(start(memory, reset, channel().0));
    let strikes = memory.strikes(&verified(image))?;
    Some((strikes.count, strikes.last))
}

#[test]
fn a_reset_is_laid_to_the_plugin_whatever_it_was_entered_for() {
    static EVENTS: EventQueue<2> = EventQueue::new();
    for bad in ["init", "echo", "tick", "handle", "shutdown"] {
        let memory = memory();
        let image = bad_in(bad);
        let same = image.clone();
        hang(memory, Reset::PowerOn, move |mut plugins| {
            plugins.load(ONE, &verified(&same)).unwrap();
            match bad {
                "echo" => drop(plugins.call(ONE, &CallEcho("now"))),
                "shutdown" => plugins.unload(ONE),
                _ => {
                    EVENTS.push("door", &[], 0).unwrap();
                    plugins.deliver(&EVENTS);
                    for _ in 0..100 {
                        let _ = plugins.poll();
                    }
                }
            }
        });
        let found = strikes(memory, Reset::Watchdog, &image);
        assert_eq!(found, Some((1, Reset::Watchdog)), "{bad}");
        assert_eq!(memory.unattributed(), None, "{bad}");
    }
}

#[test]
fn a_reset_while_nothing_runs_is_laid_to_nobody() {
    let memory = memory();
    let image = bad_in("shutdown");
    let trapping = signed(
        &manifest("trap"),
        &Module::new().export::<Echo>("unreachable"),
    );
    let mut plugins = start(memory, Reset::PowerOn, channel().0);
    plugins.load(ONE, &verified(&image)).unwrap();
    plugins.load(TWO, &verified(&trapping)).unwrap();
    assert_eq!(plugins.call(ONE, &CallEcho("well")), Ok("well"));
    // The instance is made anew within the call.
    plugins.call(TWO, &CallEcho("now")).unwrap_err();
    assert_eq!(plugins.metrics(TWO).restarts, 1);
    let refused = signed(&manifest("refused"), &Module::with_init("unreachable"));
    plugins.unload(TWO);
    plugins.load(TWO, &verified(&refused)).unwrap_err();

    assert_eq!(strikes(memory, Reset::Panic, &image), None);
    assert_eq!(memory.strikes(&verified(&trapping)), None);
    assert_eq!(memory.strikes(&verified(&refused)), None);
    assert_eq!(memory.unattributed().map(|found| found.count), Some(1));
}

/// Memory in which `image` has as many strikes as it takes.
fn condemned(image: &[u8]) -> &'static Quarantine {
    let memory = memory();
    let mut reset = Reset::PowerOn;
    for _ in 0..STRIKES_MAX {
        let image = image.to_vec();
        hang(memory, reset, move |mut plugins| {
            plugins.load(ONE, &verified(&image)).unwrap();
        });
        reset = Reset::Watchdog;
    }
    drop(start(memory, reset, channel().0));
    memory
}

#[test]
fn after_three_strikes_an_image_is_not_loaded() {
    let image = bad_in("init");
    let memory = condemned(&image);
    let mut plugins = start(memory, Reset::Requested, channel().0);
    let error = plugins.load(ONE, &verified(&image)).unwrap_err();
    assert_eq!(error.blame(), Blame::Guest);
    assert_eq!(
        error.to_string(),
        "the device was reset 3 times while the plugin ran, the last time by the watchdog, and 3 times are allowed; \
         install another version of it, or have its strikes forgiven"
    );
    let found = memory.strikes(&verified(&image)).unwrap();
    assert_eq!(error, LoadError::Quarantined(found));

    // Others run, and whatever becomes of them is not its.
    let good = signed(&manifest("good"), &echo());
    plugins.load(TWO, &verified(&good)).unwrap();
    assert_eq!(plugins.call(TWO, &CallEcho("fine")), Ok("fine"));
    // It is as little started after the device was off, if the memory kept what it knew.
    drop(start(memory, Reset::PowerOn, channel().0));
    assert_eq!(memory.strikes(&verified(&image)), Some(found));
}

#[test]
fn another_version_has_no_strikes() {
    let memory = condemned(&bad_in("init"));
    let mended = image(Version::new(0, 0, 1), |_| {
        Module::new()
            .export::<ticker::functions::Tick>(OK)
            .export::<event_handler::functions::Handle>(OK)
    });
    let mut plugins = start(memory, Reset::Requested, channel().0);
    plugins.load(ONE, &verified(&mended)).unwrap();
}

#[test]
fn an_image_that_is_forgiven_is_loaded_again() {
    let image = bad_in("init");
    let memory = condemned(&image);
    memory.forgive(&verified(&image));
    assert_eq!(memory.strikes(&verified(&image)), None);
    hang(memory, Reset::Requested, move |mut plugins| {
        plugins.load(ONE, &verified(&image)).unwrap();
    });
}

#[test]
fn what_is_still_refused_is_not_forgotten_for_others() {
    let image = bad_in("init");
    let memory = condemned(&image);
    for patch in 0..12 {
        let mut plugins = start(memory, Reset::Watchdog, channel().0);
        let refused = plugins.load(ONE, &verified(&image));
        assert!(matches!(refused, Err(LoadError::Quarantined(_))), "{patch}");
        let other = self::image(Version::new(0, 1, patch), |read| {
            Module::with_init(read)
                .export::<ticker::functions::Tick>(OK)
                .export::<event_handler::functions::Handle>(OK)
        });
        hang(memory, Reset::Requested, move |mut plugins| {
            plugins.load(ONE, &verified(&other)).unwrap();
        });
    }
}
