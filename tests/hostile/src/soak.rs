use corelet_host::{AUDIT_ENTRIES, LoadError};
use corelet_spec::Random;

use crate::desktop::{Calls, verify};
use crate::{Bench, Case};

/// What came of the cycles.
#[derive(Clone, Copy, Debug, Default)]
pub struct SoakCounts {
    /// How many there were.
    pub cycles: u64,
    /// How many loaded.
    pub loaded: u64,
    /// Calls that were answered, and that were not.
    pub answered: u64,
    /// Calls that were not.
    pub stopped: u64,
    /// How many different plugins.
    pub plugins: usize,
}

/// Loads, calls and unloads plugins of a set beside a good one, in an order that follows from `seed`, `cycles` times. After
/// each the heap is what it was before the first, to the byte; the good plugin answers for the same fuel; what came of
/// the plugin is what came of it the first time; and the audit has not outgrown its room.
///
/// # Panics
/// If one of that is not so; the cycle and the case are in the message.
pub fn soak(cases: &[Case], seed: u64, cycles: u64, mut progress: impl FnMut(u64)) -> SoakCounts {
    type First = Option<(Result<(), LoadError>, Calls)>;
    let plugins: Vec<_> = cases
        .iter()
        .filter_map(|case| Some((case, verify(&case.image).ok()?)))
        .collect();
    let mut firsts: Vec<First> = vec![None; plugins.len()];
    let mut counts = SoakCounts {
        plugins: plugins.len(),
        ..SoakCounts::default()
    };
    let mut bench = Bench::new();
    let mut heap = None;
    for cycle in 0..cycles {
        let index = Random::of(seed, cycle).below(plugins.len());
        let (case, image) = &plugins[index];
        let stay = bench.stay(image);
        let name = || format!("cycle {cycle}, {}", case.name());
        assert!(stay.neighbour, "{}: the other slot", name());
        let first = *heap.get_or_insert(stay.heap[0]);
        assert_eq!(stay.heap, [first; 2], "{}: the heap", name());
        assert!(bench.host().audit().count() <= AUDIT_ENTRIES, "{}", name());
        let found = (stay.loaded, stay.calls);
        let first = firsts[index].get_or_insert(found);
        assert_eq!(*first, found, "{}: not as it was", name());

        counts.cycles += 1;
        counts.loaded += u64::from(stay.loaded.is_ok());
        for (result, _) in stay.calls.into_iter().flatten() {
            counts.answered += u64::from(result.is_ok());
            counts.stopped += u64::from(result.is_err());
        }
        progress(cycle);
    }
    counts
}
