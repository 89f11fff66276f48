//! A fixed portion of `corelet-hostile soak`.

use corelet_hostile::{cases, soak};

#[test]
fn thousands_of_plugins_leave_nothing_behind() {
    let counts = soak(&cases(), 0, 4_000, |_| {});
    println!("{counts:#?}");
    assert_eq!(counts.cycles, 4_000);
    assert!(counts.loaded > 1_500 && counts.answered > 500 && counts.stopped > 800);
}
