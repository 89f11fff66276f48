use corelet_host::AUDIT_ENTRIES;
use corelet_mps2_an386::{Stay, Way};
use corelet_spec::Random;

use crate::desktop::verify;
use crate::{Bench, Case};

/// What came of the cycles.
#[derive(Clone, Copy, Debug, Default)]
pub struct SoakCounts {
    /// How many there were.
    pub cycles: u64,
    /// How many loaded.
    pub loaded: u64,
    /// Calls, or `init`, that were cancelled or unloaded in the middle.
    pub interrupted: u64,
    /// Calls that were answered.
    pub answered: u64,
    /// Calls that were not.
    pub stopped: u64,
    /// How many different plugins.
    pub plugins: usize,
}

/// Loads, calls and unloads plugins of a set beside a good one, in ways and an order that follow from `seed`, `cycles` times. After
/// each the heap is what it was before the first, to the byte; the good plugin answers for the same fuel; what came of
/// the plugin is what came of it the first time in this way; and the audit has not outgrown its room.
///
/// # Panics
/// If one of that is not so; the cycle and the case are in the message.
pub fn soak(cases: &[Case], seed: u64, cycles: u64, mut progress: impl FnMut(u64)) -> SoakCounts {
    let plugins: Vec<_> = cases
        .iter()
        .filter_map(|case| Some((case, verify(&case.image).ok()?)))
        .collect();
    let mut firsts: Vec<Option<Stay>> = vec![None; plugins.len() * Way::ALL.len()];
    let mut counts = SoakCounts {
        plugins: plugins.len(),
        ..SoakCounts::default()
    };
    let mut bench = Bench::new();
    let mut heap = None;
    for cycle in 0..cycles {
        let index = Random::of(seed, cycle).below(firsts.len());
        let (case, image) = &plugins[index / Way::ALL.len()];
        let way = Way::ALL[index % Way::ALL.len()];
        let (stay, found) = bench.stay(image, way);
        let name = || format!("cycle {cycle}, {}, {way:?}", case.name());
        assert!(stay.neighbour, "{}: the other slot", name());
        let first = *heap.get_or_insert(found[0]);
        assert_eq!(found, [first; 2], "{}: the heap", name());
        assert!(bench.host().audit().count() <= AUDIT_ENTRIES, "{}", name());
        let first = firsts[index].get_or_insert(stay);
        assert_eq!(*first, stay, "{}: not as it was", name());

        counts.cycles += 1;
        counts.loaded += u64::from(stay.loaded.is_ok());
        counts.interrupted += u64::from(stay.interrupted);
        for (result, _) in stay.calls.into_iter().flatten() {
            counts.answered += u64::from(result.is_ok());
            counts.stopped += u64::from(result.is_err());
        }
        progress(cycle);
    }
    counts
}
