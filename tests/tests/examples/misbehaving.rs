use corelet_desktop::{Desktop, Sensor, Source};
use corelet_host::{CallError, Failure, SlotState, Stop, Trap};
use corelet_tests::{build_example, with_config};

use crate::board::{ONE, TWO, load, plugins, tick};

/// The misdeeds of the example, in the order of its contract, after `none`.
const MISDEEDS: [&str; 7] = [
    "endless-loop",
    "panic",
    "exhaust-stack",
    "grow-memory",
    "flood-storage",
    "flood-log",
    "answer-error",
];

/// What comes of each.
fn is_as_it_shall(misdeed: &str, result: Result<(), Failure>) -> bool {
    match misdeed {
        // A thousand lines are more fuel than it has, and its quota of lines was used up long before.
        "endless-loop" | "flood-log" => {
            result == Err(Failure::Call(CallError::Stopped(Stop::OutOfFuel)))
        }
        "panic" | "grow-memory" => {
            result
                == Err(Failure::Call(CallError::Stopped(Stop::Trap(
                    Trap::Unreachable,
                ))))
        }
        // Where its stack is in memory ends before the interpreter's does, or after.
        "exhaust-stack" => matches!(
            result,
            Err(Failure::Call(CallError::Stopped(Stop::Trap(
                Trap::StackExhausted | Trap::MemoryOutOfBounds
            ))))
        ),
        _ => matches!(result, Err(Failure::Plugin(_))),
    }
}

#[test]
fn a_real_plugin_that_misbehaves_harms_nobody() {
    let (misbehaving, thermostat) = (build_example("misbehaving"), build_example("thermostat"));
    for (number, misdeed) in (1..).zip(MISDEEDS) {
        let thermometer = Sensor::new(0, Source::Constant(19.0));
        let mut host = plugins(Desktop::in_virtual_time().with_sensor(thermometer));
        // The case of the enum, and one good tick before.
        let image = with_config(&misbehaving, &[number, 1]);
        load(&mut host, ONE, &image).unwrap();
        load(&mut host, TWO, &thermostat).unwrap();
        for round in 0..3 {
            assert_eq!(
                tick(&mut host, ONE, Desktop::advance_to),
                Ok(()),
                "{misdeed} {round}"
            );
            let result = tick(&mut host, ONE, Desktop::advance_to);
            assert!(
                is_as_it_shall(misdeed, result),
                "{misdeed} {round}: {result:?}"
            );
            // From the second time on it is not started again at once.
            let state = host.state(ONE);
            assert!(
                matches!(state, SlotState::Running | SlotState::Starting { .. }),
                "{misdeed}: {state:?}"
            );
            assert_eq!(
                tick(&mut host, TWO, Desktop::advance_to),
                Ok(()),
                "{misdeed}"
            );
            if host.metrics(ONE).restarts == 0 {
                // It was not made anew, so it has no good tick left.
                break;
            }
        }
        let board = host.board_mut().unwrap();
        let logged = board
            .lines()
            .iter()
            .filter(|line| line.plugin == "misbehaving");
        assert!(logged.map(|line| line.message.len()).sum::<usize>() <= 1_200);
        let switches = board.stored("thermostat", "switches").unwrap();
        assert_eq!(switches, Some(1_u32.to_le_bytes().to_vec()), "{misdeed}");
    }
}
