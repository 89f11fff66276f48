//! The harness can fail: each of these bugs, in a copy of the store, is found.

use corelet_fault_flash::{Chip, Flips, Kind, Programming, Subject, Sweep, Violation};

include!(concat!(env!("OUT_DIR"), "/seeded.rs"));

/// The first history that finds a bug. Not to begin again what was cut leaves more of it as it is.
fn find<S: Subject<8, ERASE>, const ERASE: usize>(
    chip: &Chip,
    kinds: &[Kind],
    script: &[S::Step],
) -> Violation {
    let found = [true, false].into_iter().find_map(|retry| {
        let sweep = Sweep {
            kinds: kinds.to_vec(),
            repeat: 8,
            retry,
            ..Sweep::default()
        };
        sweep.run::<S, _, _>(chip, script).err()
    });
    found.expect("the bug is not found")
}

/// `bug: kinds, script` for bugs in the store of a model; the first kind that fails finds the bug.
macro_rules! found {
    (in $model:ident::$subject:ident: $($bug:ident: $($kind:ident)*, $script:ident;)*) => {$(
        #[test]
        fn $bug() {
            use $bug::geometry::{Geometry, Uneven};
            use $bug::$model::$subject;
            let chip = Uneven::chip().programmed(Programming::Once);
            let script = $bug::script::$script();
            let kinds = [$(Kind::$kind),*];
            println!("{}", find::<$subject<Uneven, 8>, _>(&chip, &kinds, &script));
        }
    )*};
}

found! { in device::Device:
    header_first: Edge, life;
    older_journal: Edge, life;
    region_not_erased: Edge, life;
    erase_of_what_counts: Edge, life;
    snapshot_without_floors: Edge, records;
    snapshot_without_rejections: Edge, life;
    mark_after_record: Edge, life;
    sub_stride_append: Edge, life;
    checksum_not_held: Torn, life;
    no_read_back: Worn, records;
    last_record_not_settled: Weak, records;
    doubt_not_settled: Refused, life;
    floor_before_confirm: Edge, life;
    floor_with_trial: Edge, life;
    old_one_stays_confirmed: Edge, life;
    rejected_again: Edge, life;
    sector_not_erased_again: Edge, life;
    progress_before_bytes: Edge, life;
    trial_of_single_records: Edge, together;
    others_stay_on_trial: Edge, together;
    keys_before_the_last: Edge, key_sets;
    snapshot_without_keys: Edge, key_sets;
    rises_counted_again: Edge, key_sets;
}

#[test]
fn mark_not_read_back() {
    use mark_not_read_back::device::Device;
    use mark_not_read_back::geometry::{Geometry, Uneven};
    let chip = Uneven::chip().programmed(Programming::CheckedWhenErased);
    let script = mark_not_read_back::script::life();
    let found = Sweep::default().run::<Device<Uneven, 8>, _, _>(&chip, &script);
    println!("{}", found.expect_err("the bug is not found"));
}

/// Bugs that three cuts find: a move that ends in doubt, a start that ends it once more, and one that erases what it should not.
macro_rules! found_by_three_cuts_in_a_move {
    ($($bug:ident;)*) => {$(
        #[test]
        fn $bug() {
            use $bug::device::Device;
            use $bug::geometry::{Geometry, Uneven};
            let script = &$bug::script::records()[..30];
            let found = (0..20).find_map(|seed| {
                let sweep = Sweep {
                    kinds: vec![Kind::Weak, Kind::Edge],
                    faults: 3,
                    from: 11,
                    repeat: 8,
                    later: 6,
                    tail: 0,
                    seed,
                    ..Sweep::default()
                };
                sweep.run::<Device<Uneven, 32>, _, _>(&Uneven::chip(), script).err()
            });
            println!("{}", found.expect("the bug is not found"));
        }
    )*};
}

found_by_three_cuts_in_a_move! {
    old_region_given_up_early;
    move_ended_as_by_any_record;
}

#[test]
fn unreadable_mark_again() {
    use unreadable_mark_again::device::Device;
    use unreadable_mark_again::geometry::{Geometry, Uneven};
    let chip = Uneven::chip().programmed(Programming::Checked);
    let script = unreadable_mark_again::script::records();
    let sweep = Sweep {
        kinds: vec![Kind::Torn, Kind::Weak],
        ..Sweep::default()
    };
    let found = sweep.run::<Device<Uneven, 8>, _, _>(&chip, &script);
    println!("{}", found.expect_err("the bug is not found"));
}

#[test]
fn no_digest_of_flash() {
    use no_digest_of_flash::device::verifies_nothing_that_is_damaged;
    use no_digest_of_flash::geometry::Uneven;
    let error = verifies_nothing_that_is_damaged::<Uneven>().unwrap_err();
    println!("{error}");
}

found! { in keeper::Keeper:
    value_before_its_parts: Edge, life;
    snapshot_with_old_values: Edge, life;
    void_value_counts: Refused, life;
    forgotten_until_the_next_move: Edge, life;
    value_in_doubt: Refused, life;
}

/// A start writes the doubtful record anew, so it is read again only where a second cut has met that.
#[test]
fn last_value_read_again() {
    use last_value_read_again::geometry::{Geometry, Uneven};
    use last_value_read_again::keeper::Keeper;
    let script = &last_value_read_again::script::life()[..3];
    let found = (0..100).find_map(|seed| {
        let sweep = Sweep {
            kinds: vec![Kind::Weak, Kind::Edge],
            faults: 2,
            later: 24,
            repeat: 4,
            seed,
            ..Sweep::default()
        };
        let run = sweep.run::<Keeper<Uneven, 8>, _, _>(&Uneven::chip(), script);
        run.err()
    });
    println!("{}", found.expect("the bug is not found"));
}

/// Bugs that a wrong bit finds.
macro_rules! found_by_a_wrong_bit {
    ($($bug:ident;)*) => {$(
        #[test]
        fn $bug() {
            use $bug::geometry::{Geometry, Uneven};
            use $bug::keeper::Keeper;
            let flips = Flips { bytes: 0..11 << 10, before: 14 };
            let script = &$bug::script::life()[..15];
            let found = flips.run::<Keeper<Uneven, 8>, _, _>(&Uneven::chip(), script);
            println!("{}", found.expect_err("the bug is not found"));
        }
    )*};
}

found_by_a_wrong_bit! {
    wrong_bit_stays;
    wrong_bit_not_mended;
}
