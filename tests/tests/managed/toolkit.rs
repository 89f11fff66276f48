//! `mcumgr-toolkit`, of crates.io, unmodified.

use std::time::Duration;

use corelet_image::Confirm;
use mcumgr_toolkit::MCUmgrClient;

use crate::board::{Board, wait_for};
use crate::plugin::{NAME, bad, image};

pub(crate) fn client(port: &str) -> MCUmgrClient {
    let serial = serialport::new(port, 115_200)
        .timeout(Duration::from_secs(20))
        .open()
        .expect("the port is there");
    MCUmgrClient::new_from_serial(serial)
}

/// Sends an image of this version for slot 0, and has it tried.
pub(crate) fn try_out(client: &MCUmgrClient, image: Vec<u8>, version: &str) {
    client
        .image_upload(image, Some(0), None, false, None)
        .unwrap();
    let states = client.image_get_state().unwrap();
    let mut states = states.iter().filter(|state| !state.active);
    let staged = states.find(|state| state.version == version).unwrap();
    client
        .image_set_state(staged.hash.as_deref(), false)
        .unwrap();
}

/// Bytes of the image that is on its way.
pub(crate) fn received(port: &str) -> u64 {
    let client = client(port);
    let slots = client
        .raw_command(&slots::Slots)
        .expect("the board answers");
    let mut received = slots.slots.iter().filter_map(|slot| slot.off);
    received.next().unwrap_or(0)
}

/// The list of our own group.
mod slots {
    use mcumgr_toolkit::commands::McuMgrCommand;
    use serde::{Deserialize, Serialize};

    #[derive(Debug)]
    pub(crate) struct Slots;

    #[derive(Debug, Deserialize)]
    pub(crate) struct Told {
        pub(crate) slots: Vec<Slot>,
    }

    #[derive(Debug, Deserialize)]
    pub(crate) struct Slot {
        pub(crate) state: String,
        pub(crate) version: Option<String>,
        pub(crate) off: Option<u64>,
    }

    #[derive(Serialize)]
    pub(crate) struct Nothing {}

    impl McuMgrCommand for Slots {
        type Payload = Nothing;
        type Response = Told;

        fn is_write_operation(&self) -> bool {
            false
        }

        fn group_id(&self) -> u16 {
            corelet_smp::GROUP
        }

        fn command_id(&self) -> u8 {
            0
        }

        fn data(&self) -> &Nothing {
            &Nothing {}
        }
    }
}

#[test]
fn a_new_version_confirms_itself_and_a_bad_one_goes_back() {
    let board = Board::with(&image(1, 0, Confirm::default()));
    let (mut machine, port) = board.start();
    wait_for(&mut machine, "slot 0: loaded counter 0.1.0");
    let client = client(&port);
    client.use_auto_frame_size().unwrap();
    try_out(&client, image(2, 9_000, Confirm::default()), "0.2.0");
    wait_for(&mut machine, "slot 0: on trial");
    wait_for(&mut machine, "slot 0: confirmed");
    let states = client.image_get_state().unwrap();
    assert!(states[0].active && states[0].confirmed && states[0].version == "0.2.0");

    try_out(&client, bad(NAME, 9), "0.9.0");
    wait_for(&mut machine, "slot 0: rolled back: Trapped");
    wait_for(&mut machine, "slot 0: loaded counter 0.2.0");
    let told = client.raw_command(&slots::Slots).unwrap();
    let mut rejected = told.slots.iter().filter(|slot| slot.state == "rejected");
    assert_eq!(rejected.next().unwrap().version.as_deref(), Some("0.9.0"));

    let log = client.os_echo("still here").unwrap();
    assert_eq!(log, "still here");
}
