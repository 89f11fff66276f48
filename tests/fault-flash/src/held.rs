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

/// Calls `round` with one number after the other, on all processors, until it has made as many histories as `CORELET_HISTORIES` says.
///
/// # Panics
/// If that is no number.
pub fn as_many_as_wanted(round: impl Fn(u64) -> u64 + Sync) {
    let wanted = env::var("CORELET_HISTORIES").unwrap_or_default();
    let wanted: u64 = wanted.parse().expect("CORELET_HISTORIES is a number");
    let threads = thread::available_parallelism().map_or(1, usize::from) as u64;
    let (round, started) = (&round, Instant::now());
    thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                let mut done = 0;
                for number in (thread..).step_by(threads as usize) {
                    done += round(number);
                    println!("{thread}: {done} histories in {:?}", started.elapsed());
                    if done >= wanted / threads {
                        return;
                    }
                }
            });
        }
    });
}
