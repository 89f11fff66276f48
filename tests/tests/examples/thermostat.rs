use std::fs;

use corelet_desktop::{Desktop, Sensor};
use corelet_tests::build_example;

use crate::board::{ONE, lines, load, plugins, tick};

/// A cold morning, a sunny noon, a cold evening.
const DAY: &str = "time_s,value\n0,19\n3,23\n6,-5.25\n";

#[test]
fn switches_as_the_day_goes_and_counts_on_after_a_restart() {
    let image = build_example("thermostat");
    let folder = tempfile::tempdir().unwrap();
    let (day, storage) = (folder.path().join("day.csv"), folder.path().join("storage"));
    fs::write(&day, DAY).unwrap();
    for days in 1..=2_u32 {
        let board = Desktop::in_virtual_time()
            .with_sensor(Sensor::new(0, day.to_str().unwrap().parse().unwrap()))
            .with_storage_in(&storage)
            .unwrap();
        let mut host = plugins(board);
        load(&mut host, ONE, &image).unwrap();
        for _ in 0..8 {
            tick(&mut host, ONE, Desktop::advance_to).unwrap();
        }
        let board = host.board_mut().unwrap();
        let switches = board.stored("thermostat", "switches").unwrap().unwrap();
        assert_eq!(switches, (3 * days).to_le_bytes());
        let set_point = board.stored("thermostat", "set-point").unwrap().unwrap();
        assert_eq!(set_point, 21_000_i32.to_le_bytes());
        let expected = [
            "[thermostat] 19000 m°C: heating on",
            "[thermostat] 23000 m°C: heating off",
            "[thermostat] -5250 m°C: heating on",
        ];
        assert_eq!(lines(board), expected);
    }
}
