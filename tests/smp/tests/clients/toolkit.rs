//! `mcumgr-toolkit`, of crates.io.

mod ours;

use std::time::Duration;

use corelet_smp_tests::{Port, unsigned_image};
use mcumgr_toolkit::MCUmgrClient;
use mcumgr_toolkit::client::MCUmgrClientError;
use mcumgr_toolkit::commands::image::ImageState;
use mcumgr_toolkit::connection::ExecuteError;
use mcumgr_toolkit::smp_errors::{DeviceError, ImgMgmtErrCode, MCUmgrErr};

use crate::{NEW, OLD, everything, new, old, port, upload_only};

fn client(port: &Port) -> MCUmgrClient {
    let path = port.path().to_str().expect("a path of this machine's");
    let serial = serialport::new(path, 115_200)
        .timeout(Duration::from_secs(5))
        .open()
        .expect("the port is there");
    let client = MCUmgrClient::new_from_serial(serial);
    client.use_auto_frame_size().expect("the device answers");
    client
}

fn in_slot(client: &MCUmgrClient, image: u32, slot: u32) -> Option<ImageState> {
    let states = client.image_get_state().expect("the device answers");
    states
        .into_iter()
        .find(|state| (state.image, state.slot) == (image, slot))
}

/// The number and the reason of a refusal that has one.
fn reason<T>(answer: Result<T, MCUmgrClientError>) -> (i32, String) {
    match refused(answer) {
        DeviceError::V1 { rc, rsn } => (rc, rsn.expect("a reason")),
        error => panic!("{error:?}"),
    }
}

fn refused<T>(answer: Result<T, MCUmgrClientError>) -> DeviceError {
    match answer {
        Err(MCUmgrClientError::ExecuteError(ExecuteError::ErrorResponse(error))) => error,
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it was not refused"),
    }
}

#[test]
fn a_new_version_is_uploaded_tried_and_confirmed() {
    let port = port(everything);
    let client = client(&port);
    client.check_connection().unwrap();

    let mut steps = Vec::new();
    let mut progress = |at, _| {
        steps.push(at);
        true
    };
    client
        .image_upload(new(), Some(1), None, false, Some(&mut progress))
        .unwrap();
    assert_eq!(steps.last(), Some(&(new().len() as u64)));
    assert_eq!(port.device().device.staged(1), Some(&new()[..]));

    let staged = in_slot(&client, 1, 1).unwrap();
    assert_eq!(staged.version, NEW.to_string());
    assert!(staged.bootable && !staged.pending && !staged.active && !staged.confirmed);
    client
        .image_set_state(staged.hash.as_deref(), false)
        .unwrap();
    assert!(in_slot(&client, 1, 1).unwrap().pending);

    client.os_system_reset(false, None).unwrap();
    let tried = in_slot(&client, 1, 0).unwrap();
    assert_eq!(tried.version, NEW.to_string());
    assert!(tried.active && !tried.confirmed);
    let old = in_slot(&client, 1, 1).unwrap();
    assert!(old.confirmed && old.version == OLD.to_string());

    client.image_set_state(None, true).unwrap();
    assert!(in_slot(&client, 1, 0).unwrap().confirmed);
    assert!(port.device().device.is_confirmed(1));

    client.image_erase(Some(3)).unwrap();
    assert_eq!(in_slot(&client, 1, 1), None);
    assert_eq!(port.device().device.staged(1), None);
}

#[test]
fn an_upload_that_the_client_gave_up_goes_on_where_it_was() {
    let port = port(everything);
    let mut left = 5;
    let mut give_up = |_, _| {
        left -= 1;
        left > 0
    };
    let answer = client(&port).image_upload(new(), Some(1), None, false, Some(&mut give_up));
    assert!(matches!(
        answer,
        Err(MCUmgrClientError::ProgressCallbackError)
    ));
    let there = port.device().device.received(1);
    assert!(there > 0 && there < new().len());

    client(&port)
        .image_upload(new(), Some(1), None, false, None)
        .unwrap();
    let device = &port.device().device;
    assert_eq!(device.staged(1), Some(&new()[..]));
    assert_eq!(device.opened, [0, there as u32]);
    assert_eq!(device.written, new().len());
}

#[test]
fn an_upload_outlives_the_device() {
    let port = port(everything);
    // Once with the answer sent, so that the next chunk comes to a device that knows of nothing; once without.
    port.device().cut_after = Some(3_000);
    port.device().cut_before = Some(6_000);
    let client = client(&port);
    client.set_timeout(Duration::from_secs(2)).unwrap();
    client
        .image_upload(new(), Some(1), None, false, None)
        .unwrap();
    let device = &port.device().device;
    assert_eq!(device.resets, 2);
    assert_eq!(device.staged(1), Some(&new()[..]));
    assert_eq!(device.opened.len(), 3);
    assert_eq!(device.written, new().len());
}

#[test]
fn an_upload_waits_while_flash_is_erased() {
    let port = port(everything);
    port.device().device.erasing = 20;
    client(&port)
        .image_upload(new(), Some(0), None, false, None)
        .unwrap();
    assert_eq!(port.device().device.staged(0), Some(&new()[..]));
}

#[test]
fn what_is_there_is_not_sent_again() {
    let port = port(everything);
    for _ in 0..2 {
        client(&port)
            .image_upload(new(), Some(1), None, false, None)
            .unwrap();
    }
    assert_eq!(port.device().device.written, new().len());
}

#[test]
fn a_port_lets_one_read_and_upload_and_no_more() {
    let port = port(upload_only);
    let client = client(&port);
    client
        .image_upload(new(), Some(1), None, false, None)
        .unwrap();
    let hash = in_slot(&client, 1, 1).unwrap().hash.unwrap();
    let answers = [
        client.image_set_state(Some(&hash), false).map(drop),
        client.image_set_state(Some(&hash), true).map(drop),
        client.image_set_state(None, true).map(drop),
        client.image_erase(Some(3)),
        client.os_system_reset(true, None),
    ];
    for answer in answers {
        let (rc, reason) = reason(answer);
        assert_eq!(rc, MCUmgrErr::MGMT_ERR_EACCESSDENIED as i32);
        assert_eq!(reason, "not allowed over this port");
    }
    assert_eq!(port.device().device.running(1), Some(&old()[..]));
    assert_eq!(port.device().device.staged(1), Some(&new()[..]));
}

#[test]
fn a_refusal_says_why() {
    let port = port(everything);
    let client = client(&port);
    let upload = |image: &[u8], slot| client.image_upload(image, Some(slot), None, false, None);

    let (rc, why) = reason(upload(&unsigned_image(NEW, 2_000), 1));
    assert_eq!(rc, MCUmgrErr::MGMT_ERR_EACCESSDENIED as i32);
    assert_eq!(why, "the image is not signed: sign it with `corelet sign`");
    let (_, why) = reason(upload(&[0; 2_000], 1));
    assert_eq!(why, "this is no Corelet image");
    let (_, why) = reason(upload(&[0; 100_000], 1));
    assert_eq!(why, "100000 bytes, 65536 are allowed");
    let (_, why) = reason(upload(&new(), 2));
    assert_eq!(why, "there is no slot 2: 0 to 1");
    let (_, why) = reason(client.image_erase(Some(2)));
    assert_eq!(why, "the image there is in use");

    let group = |rc: ImgMgmtErrCode| DeviceError::V2 {
        group: 1,
        rc: rc as i32,
    };
    let unknown = client.image_set_state(Some(&[7; 32]), false);
    assert_eq!(
        refused(unknown),
        group(ImgMgmtErrCode::IMG_MGMT_ERR_HASH_NOT_FOUND)
    );
    let none = client.image_set_state(None, false);
    assert_eq!(
        refused(none),
        group(ImgMgmtErrCode::IMG_MGMT_ERR_INVALID_HASH)
    );
    assert_eq!(port.device().device.running(1), Some(&old()[..]));
}

#[test]
fn statistics_and_what_the_device_does_not_have() {
    let port = port(upload_only);
    let client = client(&port);
    assert_eq!(client.stats_list_groups().unwrap(), ["slot0", "slot1"]);
    let counters = client.stats_get_group_data("slot1").unwrap();
    assert_eq!((counters["images"], counters["largest"]), (1, u64::MAX));
    let none = refused(client.stats_get_group_data("slot7"));
    assert_eq!(none, DeviceError::V2 { group: 2, rc: 2 });
    let error = client.shell_execute(&["ls".to_owned()], false).unwrap_err();
    assert!(error.command_not_supported(), "{error:?}");
    let loader = client.os_bootloader_info().unwrap();
    assert_eq!(loader.get_bootloader_type(), Err("Corelet".to_owned()));
}
