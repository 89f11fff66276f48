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
mod wall_clock;
mod watchdog;

use corelet_board_support::DEVELOPMENT_FLASH;
use corelet_host::{Host, Policy, Report, Reset};
use corelet_mps2_an386::{BootRecord, KEYS, SLICE, SLOTS, policy};
use defmt_semihosting as _;

use board::Board;
use flash::Flash;
use peripherals::Peripherals;
use processing::Processing;
use watchdog::Watchdog;

type Plugins = Host<Board, SLOTS>;

const POLICY: Policy<SLOTS> = policy(cfg!(feature = "hostile"));

defmt::timestamp!("{=u64:us}", monotonic_clock::now() / 1_000);

#[cortex_m_rt::entry]
fn main() -> ! {
    match Peripherals::take() {
        Some(peripherals) => run(peripherals),
        None => cortex_m::peripheral::SCB::sys_reset(),
    }
}

fn run(peripherals: Peripherals) -> ! {
    heap::init();
    monotonic_clock::start(peripherals.timer0);
    alarm::start(peripherals.timer1);
    interrupts::enable();

    let (flash, images) = Flash::new(peripherals.psram);
    #[cfg(feature = "bench")]
    bench::run(images);
    let reset = kept::take_reset();
    defmt::info!("start after {}", reset);
    let mut watchdog = Watchdog::start(peripherals.watchdog);
    let board = Board::new(peripherals.i2c, flash);
    let mut host = host(board, reset);
    slots::load_all(&mut host, images, &mut watchdog);
    #[cfg(feature = "hostile")]
    hostile::run(&mut host, images, &mut watchdog);

    // It scripts calls and is not signed: not for a device that trusts only its maker.
    let record = KEYS
        .accepts_development()
        .then(|| DEVELOPMENT_FLASH.boot_record().of(images))
        .flatten()
        .and_then(BootRecord::decode)
        .unwrap_or(BootRecord::FOR_EVER);
    script::run(&mut host, &record, &mut watchdog);
    let end = match record.run_milliseconds {
        0 => u64::MAX,
        milliseconds => monotonic_clock::now().saturating_add(u64::from(milliseconds) * 1_000_000),
    };

    let mut ticks = record.ticks;
    let is_counted = ticks != [0; SLOTS];
    let mut processing = Processing::new();
    while monotonic_clock::now() < end && (!is_counted || ticks != [0; SLOTS]) {
        watchdog.feed();
        host.deliver(&alarm::EVENTS);
        // Also when plugins have work without end.
        processing.poll(&mut host);
        match host.run(SLICE) {
            // An interrupt wakes the processor in time for the next tick: the alarm's, at the latest.
            Report::Idle { .. } => critical_section::with(|_| {
                // An event that came since must not be slept over. With interrupts masked, one that is pending still wakes.
                if alarm::EVENTS.is_empty() {
                    cortex_m::asm::wfi();
                }
            }),
            Report::Suspended { .. } | Report::Finished { .. } => {}
            report => {
                if let Report::Ticked { slot, .. } = report
                    && let Some(missing) = ticks.get_mut(usize::from(slot.0))
                {
                    *missing = missing.saturating_sub(1);
                }
                report::log(&host, report);
            }
        }
    }
    report::figures(&host);
    semihosting::process::exit(0)
}

/// Not inlined: the host moves from call to call here, and its copies would stay on the stack for as long as it runs.
#[inline(never)]
fn host(board: Board, reset: Reset) -> Plugins {
    corelet_mps2_an386::host(board, POLICY).with_quarantine(kept::quarantine(), reset)
}
