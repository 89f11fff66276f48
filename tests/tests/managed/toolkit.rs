//! `mcumgr-toolkit`, of crates.io, unmodified.

use std::time::Duration;

use corelet_image::Confirm;
use mcumgr_toolkit::MCUmgrClient;
use mcumgr_toolkit::client::MCUmgrClientError;
use mcumgr_toolkit::commands::image::ImageState;

use crate::board::{Board, wait_for};
use crate::plugin::{BY_COMMAND, NAME, bad, image};

pub(crate) fn client(port: &str) -> MCUmgrClient {
    let serial = serialport::new(port, 115_200)
        .timeout(Duration::from_secs(20))
        .open()
        .expect("the port is there");
    MCUmgrClient::new_from_serial(serial)
}

/// Sends an image for slot 0 while the device asks for what is before `until`. Returns the first offset that it asked for, if it
/// answered.
pub(crate) fn upload(
    client: &MCUmgrClient,
    image: &[u8],
    until: u64,
) -> (Option<u64>, Result<(), MCUmgrClientError>) {
    let mut first = None;
    let mut progress = |offset, _| {
        first.get_or_insert(offset);
        offset < until
    };
    let sent = client.image_upload(image, Some(0), None, false, Some(&mut progress));
    (first, sent)
}

/// Sends an image of this version for slot 0, and has it tried.
pub(crate) fn try_out(client: &MCUmgrClient, image: Vec<u8>, version: &str) {
    client.use_auto_frame_size().unwrap();
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

/// What is said of the image of this version.
fn state(client: &MCUmgrClient, version: &str) -> Option<ImageState> {
    let states = client.image_get_state().unwrap();
    states.into_iter().find(|state| state.version == version)
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
    let (_board, mut machine, port) = Board::started(&image(1, 0, Confirm::default()));
    let client = client(&port);
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

#[test]
fn an_upload_goes_on_over_another_connection_and_what_it_brought_is_confirmed_and_erased() {
    let (_board, mut machine, port) = Board::started(&image(1, 0, BY_COMMAND));
    let new = image(2, 15_000, BY_COMMAND);
    let lost = client(&port);
    lost.use_auto_frame_size().unwrap();
    let (first, sent) = upload(&lost, &new, 9_000);
    assert!(first.is_some_and(|first| first < 4_096), "{first:?}");
    sent.expect_err("it was interrupted");
    drop(lost);

    let client = client(&port);
    client.use_auto_frame_size().unwrap();
    let (first, sent) = upload(&client, &new, u64::MAX);
    sent.unwrap();
    assert!(first.is_some_and(|first| first >= 4_096), "{first:?}");
    let staged = state(&client, "0.2.0").unwrap();
    assert!(!staged.active && !staged.confirmed, "{staged:?}");
    client
        .image_set_state(staged.hash.as_deref(), false)
        .unwrap();
    wait_for(&mut machine, "slot 0: loaded counter 0.2.0");
    let tried = state(&client, "0.2.0").unwrap();
    assert!(tried.active && !tried.confirmed, "{tried:?}");
    client.image_set_state(tried.hash.as_deref(), true).unwrap();
    wait_for(&mut machine, "slot 0: confirmed");
    let confirmed = state(&client, "0.2.0").unwrap();
    assert!(confirmed.active && confirmed.confirmed, "{confirmed:?}");
    assert!(state(&client, "0.1.0").is_none());

    upload(&client, &image(3, 0, BY_COMMAND), u64::MAX)
        .1
        .unwrap();
    assert!(state(&client, "0.3.0").is_some());
    client.image_erase(Some(1)).unwrap();
    assert!(state(&client, "0.3.0").is_none());

    client.os_system_reset(false, None).unwrap();
    wait_for(&mut machine, "slot 0: loaded counter 0.2.0");
    let confirmed = state(&client, "0.2.0").unwrap();
    assert!(confirmed.active && confirmed.confirmed, "{confirmed:?}");
}
