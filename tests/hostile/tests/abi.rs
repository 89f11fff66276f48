//! A fixed portion of what `corelet-hostile abi` does for as long as one likes.

use corelet_hostile::AbiFuzz;

#[test]
fn nothing_that_a_guest_claims_reaches_outside_its_memory() {
    let mut fuzz = AbiFuzz::new(0);
    while fuzz.counts.calls < 100_000 {
        fuzz.step();
    }
    let counts = &fuzz.counts;
    println!("{counts:#?}");
    // It would say little if all calls ended at the same door.
    assert!(counts.statuses.len() >= 5, "{:?}", counts.statuses);
    assert!(counts.statuses.values().all(|count| *count > 50));
    assert!(
        counts
            .results
            .iter()
            .chain(&counts.messages)
            .all(|count| *count > 500)
    );
}
