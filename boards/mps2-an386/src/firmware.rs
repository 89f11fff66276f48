//! Boot, and the loop.

mod alarm;
#[cfg(feature = "bench")]
mod bench;
mod board;
#[allow(unsafe_code)]
mod faults;
#[allow(unsafe_code)]
mod flash;
#[allow(unsafe_code)]
mod heap;
#[cfg(feature = "hostile")]
mod hostile;
mod i2c;
#[allow(unsafe_code)]
mod interrupts;
#[allow(unsafe_code)]
mod kept;
mod logging;
mod monotonic_clock;
#[allow(unsafe_code)]
mod peripherals;
mod processing;
mod report;
mod script;
mod sensor;
mod slots;
#[allow(unsafe_code)]
mod stack;
mod storage;
mod timer;
mod uart;
mod wall_clock;
mod watchdog;

use corelet_host::{Host, Policy, Report as HostReport, Reset};
use corelet_image::MAGIC;
use corelet_mps2_an386::{
    BANKS, BootRecord, FACTORY_MAP, FLASH_MAP, KEYS, ROOT_KEY, SLICE, SLOTS, UPDATE_POLICY, policy,
};
use corelet_smp::{Everything, Smp};
use corelet_store::{FlashMap, Start, Store};
use corelet_update::{Report, Updater};
use defmt_semihosting as _;

use board::Board;
use flash::{Flash, Parts};
use peripherals::Peripherals;
use processing::Processing;
use slots::Loading;
use watchdog::Watchdog;

type Plugins = Host<Board, SLOTS>;
type Updates = Updater<Board, Flash, SLOTS, BANKS>;

const POLICY: Policy<SLOTS> = policy(cfg!(feature = "hostile"));

defmt::timestamp!("{=u64:us}", monotonic_clock::now() / 1_000);

#[cortex_m_rt::entry]
fn main() -> ! {
    match Peripherals::take() {
        Some(peripherals) => run(peripherals),
        None => cortex_m::peripheral::SCB::sys_reset(),
    }
}

#[cfg_attr(feature = "bench", expect(unreachable_code))]
fn run(peripherals: Peripherals) -> ! {
    heap::init();
    monotonic_clock::start(peripherals.timer0);
    alarm::start(peripherals.timer1);
    uart::start(peripherals.uart0);
    interrupts::enable();

    let flash = Parts::of(peripherals.psram);
    let board = Board::new(peripherals.i2c, flash.data, flash.counter);
    #[cfg(feature = "bench")]
    bench::run(flash.bundle, board);
    let reset = kept::take_reset();
    defmt::info!("start after {}", reset);
    let mut watchdog = Watchdog::start(peripherals.watchdog);
    // A product came with an image, or it did not.
    let map = match flash.factory.starts_with(&MAGIC) {
        true => &FACTORY_MAP,
        false => &FLASH_MAP,
    };
    let mut plugins = updates(board, flash.images, map, reset);
    let mut loading = Loading::new();
    loading.start_all(&mut plugins, &mut watchdog);
    #[cfg(feature = "hostile")]
    hostile::run(plugins.host(), flash.bundle, &mut watchdog);

    // It scripts calls and is not signed: not for a device that trusts only its maker.
    let record = KEYS
        .accepts_development()
        .then(|| BootRecord::decode(flash.boot_record))
        .flatten()
        .unwrap_or(BootRecord::FOR_EVER);
    script::run(plugins.host(), &record, &mut watchdog);
    let end = match record.run_milliseconds {
        0 => u64::MAX,
        milliseconds => monotonic_clock::now().saturating_add(u64::from(milliseconds) * 1_000_000),
    };

    let mut ticks = record.ticks;
    let is_counted = ticks != [0; SLOTS];
    let mut processing = Processing::new();
    // Whoever is at the port has the board before them.
    let mut smp = Smp::<SMP_BUFFER, _>::with_authority(Everything);
    while monotonic_clock::now() < end && (!is_counted || ticks != [0; SLOTS]) {
        watchdog.feed();
        manage(&mut smp, &mut plugins);
        plugins.host().deliver(&alarm::EVENTS);
        // Also when plugins have work without end.
        processing.poll(plugins.host());
        match loading.run(&mut plugins, SLICE) {
            // Nobody waits for what is done now.
            Report::Host(HostReport::Idle { .. }) if erases_ahead(&mut plugins) => {}
            // An interrupt wakes the processor in time for the next tick: the alarm's, at the latest.
            Report::Host(HostReport::Idle { .. }) => critical_section::with(|_| {
                // What came since must not be slept over. With interrupts masked, one that is pending still wakes.
                if alarm::EVENTS.is_empty() && uart::is_empty() {
                    cortex_m::asm::wfi();
                }
            }),
            // Nothing here is in a hurry.
            Report::WantsErase => {
                if let Err(error) = plugins.erase_now() {
                    defmt::error!("store: {}", error);
                }
            }
            Report::Host(HostReport::Ticked { slot, .. }) => {
                if let Some(missing) = ticks.get_mut(usize::from(slot.0)) {
                    *missing = missing.saturating_sub(1);
                }
            }
            _ => {}
        }
    }
    report::figures(plugins.host());
    semihosting::process::exit(0)
}

fn erases_ahead(plugins: &mut Updates) -> bool {
    let board = plugins.host().board_mut();
    board.is_some_and(Board::erases_ahead)
}

/// Bytes of a request, and of an answer.
const SMP_BUFFER: usize = 512;

/// Answers what came over the port.
fn manage(smp: &mut Smp<SMP_BUFFER, Everything>, plugins: &mut Updates) {
    let mut buffer = [0; 64];
    let count = uart::read(&mut buffer);
    let mut received = buffer.get(..count).unwrap_or_default();
    while let Some(line) = smp.feed(&mut received, plugins) {
        uart::write(line);
    }
    if plugins.host().board().is_some_and(|board| board.resets) {
        cortex_m::peripheral::SCB::sys_reset();
    }
}

/// Not inlined: host and store move from call to call here, and their copies would stay on the stack for as long as they run.
#[inline(never)]
fn updates(board: Board, flash: Flash, map: &'static FlashMap<BANKS>, reset: Reset) -> Updates {
    let host = corelet_mps2_an386::host(board, POLICY).with_quarantine(kept::quarantine(), reset);
    let updates = Updater::new(host, store(flash, map, reset), KEYS, UPDATE_POLICY);
    match ROOT_KEY {
        Some(root) => updates.with_root_key(root),
        None => updates,
    }
}

/// The store, or the end: without it there is nothing to run, and to format it is for a person to decide.
fn store(flash: Flash, map: &'static FlashMap<BANKS>, reset: Reset) -> Store<Flash, BANKS> {
    let start = match reset {
        Reset::Watchdog | Reset::Panic => Start::Failure,
        _ => Start::Ordinary,
    };
    match Store::mount(flash, map, start) {
        Ok(store) => store,
        Err(error) => {
            defmt::error!("store: {}", error);
            semihosting::process::exit(1)
        }
    }
}
