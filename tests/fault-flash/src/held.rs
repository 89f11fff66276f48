use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use crate::{Chip, Report, Subject, Sweep, Violation};

/// How many histories held; all those of the process are counted and printed.
///
/// # Panics
/// If one did not hold.
pub fn held(result: Result<Report, Violation>) -> u64 {
    static ALL: AtomicU64 = AtomicU64::new(0);
    match result {
        Ok(Report { histories, .. }) => {
            let before = ALL.fetch_add(histories, Ordering::Relaxed);
            println!("{histories} histories, {} in all", before + histories);
            histories
        }
        Err(violation) => panic!("{violation}"),
    }
}

/// A subject for flashes with units of every size.
pub trait EveryUnit<const ERASE: usize> {
    /// What can be asked of it.
    type Step;
    /// The subject for units of `WRITE` bytes.
    type With<const WRITE: usize>: Subject<WRITE, ERASE, Step = Self::Step>;
}

impl Sweep {
    /// [Sweeps](Self::run) with units of 1, 4, 8, 16 and 32 bytes: how many histories there were with each.
    ///
    /// # Panics
    /// If one did not hold.
    pub fn run_every_unit<S: EveryUnit<ERASE>, const ERASE: usize>(
        &self,
        chip: &Chip,
        script: &[S::Step],
    ) -> [u64; 5] {
        let started = Instant::now();
        let histories = [
            held(self.run::<S::With<1>, _, _>(chip, script)),
            held(self.run::<S::With<4>, _, _>(chip, script)),
            held(self.run::<S::With<8>, _, _>(chip, script)),
            held(self.run::<S::With<16>, _, _>(chip, script)),
            held(self.run::<S::With<32>, _, _>(chip, script)),
        ];
        println!("{histories:?} histories in {:?}", started.elapsed());
        histories
    }
}

/// Calls `round` with one number after the other, on all processors, until there are as many histories as `CORELET_HISTORIES` says. The
/// first number is `CORELET_ROUND`, or 0.
///
/// # Panics
/// If one of them is no number.
pub fn as_many_as_wanted(round: impl Fn(u64) -> u64 + Sync) {
    let number = |name: &str| -> Option<u64> {
        let value = env::var(name).ok()?;
        Some(
            value
                .parse()
                .unwrap_or_else(|_| panic!("{name} is a number")),
        )
    };
    let wanted = number("CORELET_HISTORIES").expect("CORELET_HISTORIES says how many");
    let next = AtomicU64::new(number("CORELET_ROUND").unwrap_or(0));
    let (done, started) = (AtomicU64::new(0), Instant::now());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while done.load(Ordering::Relaxed) < wanted {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let histories = round(number);
                    let all = done.fetch_add(histories, Ordering::Relaxed) + histories;
                    let time = started.elapsed();
                    let rate = all as f64 / time.as_secs_f64();
                    println!("round {number}: {all} of {wanted} in {time:.0?}, {rate:.0} a second");
                }
            });
        }
    });
}
