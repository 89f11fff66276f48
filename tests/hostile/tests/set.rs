//! The whole hostile set on the desktop board, in every way.

use corelet_hostile::{Bench, Findings, Kind, cases};

#[test]
fn the_host_outlives_all_of_them() {
    let Findings { table, wrong } = Bench::new().run_all(&cases());
    println!("{table}");
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    // It would say little if one thing came of all.
    let least = |kind: &str, of: &dyn Fn(&Kind) -> bool, least: usize| {
        let found = table.total(of);
        assert!(found >= least, "{found} {kind}, at least {least} are meant");
    };
    least("cases", &|_| true, 1_000);
    least("refused", &|kind| matches!(kind, Kind::Refused(_)), 400);
    least("out of fuel", &|kind| *kind == Kind::OutOfFuel, 200);
    least("trapped", &|kind| *kind == Kind::Trapped, 50);
    least("answered", &|kind| *kind == Kind::Answered, 200);
    assert!(table.interrupted_min() >= 200);
}
