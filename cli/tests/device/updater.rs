//! The device that has plugins, banks and trials of its own, with nothing in place of a part but its clock: time passes when nothing
//! is due.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use corelet_fault_flash::{Chip, Flash};
use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::{Host, Policy, SlotPolicy};
use corelet_image::{Confirm, DEVELOPMENT_KEY, DEVELOPMENT_SEED, Keys, Unsigned, Version};
use corelet_smp::{Everything, Smp};
use corelet_store::{FlashMap, Layout, Region, Sectors, Start, Store};
use corelet_update::{Device, Fuel, OnBus, Report, UpdatePolicy, Updater};
use wasm_encoder::{CustomSection, Section};

use crate::common::{Outcome, Sandbox, plugin};
use crate::error;

static MAP: FlashMap<4> = FlashMap::new(Layout {
    sectors: &[Sectors {
        count: 16,
        size: 4096,
    }],
    journal: [Region::new(0, 4096), Region::new(4096, 4096)],
    banks: [
        Region::new(0x2000, 0x2000),
        Region::new(0x4000, 0x2000),
        Region::new(0x6000, 0x2000),
        Region::new(0x8000, 0x2000),
    ],
    slots: 2,
    factory: None,
    data: None,
});

/// A chip on a bus.
type Spi = OnBus<Flash<4, 4096>>;

#[derive(Default)]
struct Board {
    now: u64,
}

impl MonotonicClock for Board {
    fn now(&mut self) -> u64 {
        self.now
    }

    fn resolution(&mut self) -> u64 {
        1
    }
}

impl Device for Board {}

type Plugins = Updater<Board, Spi, 2, 4>;

fn start(flash: Spi) -> Plugins {
    let host = Host::new(Board::default(), Policy::same(SlotPolicy::DEVICE));
    let store = Store::mount(flash, &MAP, Start::Ordinary).unwrap();
    let keys = Keys::NONE.accept_development();
    Updater::new(host, store, keys, UpdatePolicy::DEVICE).with_root_key(DEVELOPMENT_KEY)
}

/// What befalls the device.
#[derive(Default)]
struct Fate {
    /// The test is over.
    stop: AtomicBool,
    /// How many bytes it yet receives before its power goes, with what it has in memory, and comes again.
    power: AtomicUsize,
    /// How often it started.
    starts: AtomicUsize,
}

/// The main loop of a firmware.
fn run(listener: &TcpListener, fate: &Fate) {
    let mut plugins = start(OnBus(Flash::new(&Chip::uniform(4096, 16))));
    let mut smp = Smp::<512, _>::with_authority(Everything);
    let mut client: Option<TcpStream> = None;
    while !fate.stop.load(Ordering::Relaxed) {
        if let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(false).unwrap();
            let wait = Some(Duration::from_millis(1));
            stream.set_read_timeout(wait).unwrap();
            client = Some(stream);
        }
        let mut buffer = [0; 64];
        let count = match client.as_mut().map(|stream| stream.read(&mut buffer)) {
            Some(Ok(count @ 1..)) => count,
            Some(Err(error)) if error.kind() == ErrorKind::WouldBlock => 0,
            // Nobody is there, or not any more.
            _ => {
                client = None;
                thread::sleep(Duration::from_millis(1));
                0
            }
        };
        if let Some(left) = fate.power.load(Ordering::Relaxed).checked_sub(count) {
            fate.power.store(left, Ordering::Relaxed);
        } else {
            fate.power.store(usize::MAX, Ordering::Relaxed);
            fate.starts.fetch_add(1, Ordering::Relaxed);
            plugins = start(plugins.store().flash().clone());
            smp = Smp::with_authority(Everything);
            client = None;
            continue;
        }
        let mut received = &buffer[..count];
        while let Some(line) = smp.feed(&mut received, &mut plugins) {
            // A client that is gone hears nothing.
            let _ = client.as_mut().map(|stream| stream.write_all(line));
        }
        match plugins.run(Fuel(5_000)) {
            Report::WantsErase => plugins.erase_now().unwrap(),
            Report::Host(corelet_host::Report::Idle { .. }) => {
                plugins.host().board_mut().unwrap().now += 100_000_000;
            }
            _ => {}
        }
    }
}

pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    name: String,
    fate: Arc<Fate>,
    device: Option<JoinHandle<()>>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let name = format!("tcp:{}", listener.local_addr().unwrap());
        let fate = Arc::new(Fate {
            power: AtomicUsize::new(usize::MAX),
            ..Fate::default()
        });
        let device = thread::spawn({
            let fate = fate.clone();
            move || run(&listener, &fate)
        });
        Self {
            sandbox: Sandbox::new(),
            name,
            fate,
            device: Some(device),
        }
    }

    /// Writes `name`.corelet, with this body of `tick`; confirmed after three good calls.
    pub(crate) fn image(&self, name: &str, version: u32, security_version: u32, tick: &str) {
        self.image_of("thermostat", name, version, security_version, tick);
    }

    /// The same of another plugin.
    pub(crate) fn image_of(
        &self,
        plugin: &str,
        name: &str,
        version: u32,
        security_version: u32,
        tick: &str,
    ) {
        let mut manifest = plugin::manifest(plugin);
        manifest.topics.clear();
        manifest.version = Version::new(0, version, 0);
        manifest.security_version = security_version;
        manifest.confirm = Confirm {
            good_calls: 3,
            seconds: 0,
            health: false,
        };
        let mut module = plugin::module(tick);
        // More than a sector.
        let section = CustomSection {
            name: "padding".into(),
            data: vec![0; 5_000].into(),
        };
        Section::append_to(&section, &mut module);
        let unsigned = Unsigned::build(&manifest, &module, &DEVELOPMENT_KEY).unwrap();
        let image = unsigned.sign(&DEVELOPMENT_SEED).unwrap();
        self.sandbox.write(&format!("{name}.corelet"), image);
    }

    pub(crate) fn corelet(&self, args: &[&str]) -> Outcome {
        self.sandbox
            .corelet(&[args, &["--port", &self.name]].concat())
    }

    pub(crate) fn install(&self, image: &str) -> Outcome {
        self.corelet(&["install", &format!("{image}.corelet"), "--slot", "0"])
    }

    #[track_caller]
    pub(crate) fn refused(&self, outcome: Outcome) -> String {
        let text = outcome.refused(1).replace(&self.name, "PORT");
        error(&text).to_owned()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.fate.stop.store(true, Ordering::Relaxed);
        if let Some(device) = self.device.take()
            && !thread::panicking()
        {
            device.join().expect("the device did not panic");
        }
    }
}

pub(crate) const GOOD: &str = "(i64.const 1)";
pub(crate) const TRAP: &str = "(unreachable)";

#[test]
fn a_good_version_is_confirmed_and_a_bad_one_rejected() {
    let bench = Bench::new();
    bench.image("first", 1, 0, GOOD);
    let first = bench.install("first").well();
    assert!(
        first
            .stdout
            .contains("  →  trial  →  confirmed after 3 good calls, "),
        "{first:?}"
    );
    bench.image("second", 2, 0, TRAP);
    assert_eq!(
        bench.refused(bench.install("second")),
        "error: thermostat 0.2.0 was rejected: it trapped\n  \
         image    second.corelet, the development key, security version 0\n\
         help: corelet logs --port PORT shows what it logged, corelet audit --port PORT what it was denied\n\
         thermostat 0.1.0 still runs\n"
    );
    let slots = bench.corelet(&["slots"]).well().stdout;
    let (runs, rest) = slots.split_once('\n').unwrap();
    assert!(
        runs.starts_with("slot 0  confirmed  thermostat 0.1.0  "),
        "{slots}"
    );
    assert!(
        rest.contains("slot 0  rejected   thermostat 0.2.0  ") && rest.contains("  it trapped\n"),
        "{slots}"
    );
    assert!(
        rest.ends_with("slot 1  empty\nkeys    epoch 0\n"),
        "{slots}"
    );

    // The verdict stands until it is taken back, and then it is found again.
    assert_eq!(
        bench.refused(bench.install("second")),
        "error: slot 0 refuses thermostat 0.2.0: this image was rejected, it trapped: send another version, \
         or clear the verdict\n  \
         image    second.corelet, the development key, security version 0\n  \
         slot 0   thermostat 0.1.0, confirmed\n\
         help: corelet forgive second.corelet --port PORT lets it be tried again\n\
         nothing was erased; thermostat 0.1.0 still runs\n"
    );
    bench.corelet(&["forgive", "second.corelet"]).well();
    let again = bench.refused(bench.install("second"));
    assert!(
        again.starts_with("error: thermostat 0.2.0 was rejected: it trapped\n"),
        "{again}"
    );

    bench.image("third", 3, 0, GOOD);
    bench.install("third").well();
    let stats = bench.corelet(&["stats", "slot0"]).well().stdout;
    assert!(stats.contains("slot0  rollbacks  "), "{stats}");
}

#[test]
fn what_the_firmware_does_not_offer_is_refused_before_anything_is_sent_but_that() {
    let bench = Bench::new();
    bench.image("first", 1, 0, GOOD);
    bench.install("first").well();
    // The board has no sensor.
    let module = plugin::importing(Some(("corelet:host/sensor@0.1.0", "read")), GOOD);
    let mut manifest = plugin::manifest("thermostat");
    manifest.topics.clear();
    let unsigned = Unsigned::build(&manifest, &module, &DEVELOPMENT_KEY).unwrap();
    let image = unsigned.sign(&DEVELOPMENT_SEED).unwrap();
    assert!(image.len() < 1_500, "most of it is looked at");
    bench.sandbox.write("sensor.corelet", image);
    let outcome = bench.install("sensor");
    let text = outcome.refused(1).replace(&bench.name, "PORT");
    // No quarter of it was told.
    let (told, refused) = text.split_once("error: ").unwrap();
    assert_eq!(told.lines().count(), 1, "{told}");
    let (why, rest) = refused.split_once("; does the firmware").unwrap();
    assert_eq!(
        why,
        "slot 0 refuses thermostat 0.0.0: import corelet:host/sensor@0.1.0 `read`: the host has no such function"
    );
    assert!(
        rest.ends_with("\nnothing was erased; thermostat 0.1.0 still runs\n"),
        "{text}"
    );
    let slots = bench.corelet(&["slots"]).well().stdout;
    assert_eq!(slots.matches("thermostat").count(), 1, "{slots}");
}

#[test]
fn an_earlier_security_version_is_refused() {
    let bench = Bench::new();
    bench.image("new", 2, 4, GOOD);
    bench.install("new").well();
    bench.image("old", 1, 3, GOOD);
    assert_eq!(
        bench.refused(bench.install("old")),
        "error: slot 0 refuses thermostat 0.1.0: security version 3, the device has confirmed 4: send that or a later one\n  \
         image    old.corelet, the development key, security version 3\n  \
         slot 0   thermostat 0.2.0, confirmed after 3 good calls, 3 s\n\
         nothing was erased; thermostat 0.2.0 still runs\n"
    );
}

#[test]
fn an_upgrade_is_newer_than_what_runs() {
    let bench = Bench::new();
    bench.image("new", 2, 0, GOOD);
    bench.install("new").well();
    bench.image("old", 1, 0, GOOD);
    let args = ["install", "old.corelet", "--slot", "0", "--upgrade"];
    let text = bench.refused(bench.corelet(&args));
    assert!(
        text.starts_with("error: slot 0 refuses thermostat 0.1.0: what runs is not older\n"),
        "{text}"
    );
    assert!(
        text.ends_with("nothing was erased; thermostat 0.2.0 still runs\n"),
        "{text}"
    );
    bench.install("old").well();
}

#[test]
fn what_waits_is_erased_and_what_is_confirmed_is_not_rolled_back() {
    let bench = Bench::new();
    bench.image("first", 1, 0, GOOD);
    bench.install("first").well();
    bench.image("second", 2, 0, GOOD);
    let uploaded = bench
        .corelet(&["upload", "second.corelet", "--slot", "0"])
        .well();
    assert!(
        uploaded
            .stdout
            .ends_with("  →  thermostat 0.2.0, verified\n"),
        "{uploaded:?}"
    );
    let erased = bench.corelet(&["erase", "--slot", "0"]).well().stdout;
    assert_eq!(erased, "slot 0  erased: thermostat 0.2.0, verified\n");
    assert_eq!(
        bench.refused(bench.corelet(&["rollback", "--slot", "0"])),
        "error: the device refuses to roll slot 0 back: nothing is on trial in slot 0\n  port     PORT\n\
         slot 0 is as it was: thermostat 0.1.0, confirmed after 3 good calls, 3 s\n"
    );
    let erased = bench
        .corelet(&["erase", "--slot", "0", "--active"])
        .well()
        .stdout;
    assert_eq!(
        erased,
        "slot 0  erased: thermostat 0.1.0, confirmed after 3 good calls, 3 s\n"
    );
}

#[test]
fn an_upload_goes_on_at_the_last_sector_that_is_in_flash() {
    let bench = Bench::new();
    bench.image("first", 1, 0, GOOD);
    // In base64, more than the first sector and less than all.
    bench.fate.power.store(7_500, Ordering::Relaxed);
    let installed = bench.install("first").well();
    assert!(
        installed
            .stdout
            .contains("  →  trial  →  confirmed after 3 good calls, "),
        "{installed:?}"
    );
    assert!(
        installed.stderr.contains("no answer from "),
        "{installed:?}"
    );
    assert_eq!(bench.fate.starts.load(Ordering::Relaxed), 1);
    let received = usize::MAX - bench.fate.power.load(Ordering::Relaxed);
    assert!(
        received < 4_500,
        "{received}: all of it are more than 8,000"
    );
}
