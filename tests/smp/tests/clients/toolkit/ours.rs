//! Our own group, by the client's door for groups that it does not know.

use corelet_smp_tests::unsigned_image;
use mcumgr_toolkit::MCUmgrClient;
use mcumgr_toolkit::client::MCUmgrClientError;
use mcumgr_toolkit::commands::McuMgrCommand;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::{client, in_slot, reason};
use crate::{NEW, everything, new, old, port, upload_only};

/// One command.
struct Ours {
    write: bool,
    command: u8,
    request: Asked,
}

#[derive(Default, Serialize)]
struct Asked {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slot: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slots: Option<Vec<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<ByteBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    slots: Vec<Slot>,
    lines: Vec<Line>,
    denials: Vec<Denial>,
    next: Option<u32>,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
struct Slot {
    slot: u32,
    state: String,
    plugin: String,
    version: String,
    hash: ByteBuf,
    off: Option<u32>,
    len: Option<u32>,
    reason: String,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Line {
    n: u32,
    time: u64,
    plugin: String,
    level: u8,
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Denial {
    slot: u32,
    plugin: String,
    interface: String,
    function: String,
    reason: String,
    time: u64,
    count: u32,
}

impl McuMgrCommand for Ours {
    type Payload = Asked;
    type Response = Told;

    fn is_write_operation(&self) -> bool {
        self.write
    }
    fn group_id(&self) -> u16 {
        corelet_smp::GROUP
    }
    fn command_id(&self) -> u8 {
        self.command
    }
    fn data(&self) -> &Asked {
        &self.request
    }
}

fn read(client: &MCUmgrClient, command: u8, from: u32) -> Told {
    let request = Asked {
        from: Some(from),
        ..Asked::default()
    };
    let command = Ours {
        write: false,
        command,
        request,
    };
    client.raw_command(&command).unwrap()
}

fn write(client: &MCUmgrClient, command: u8, request: Asked) -> Result<Told, MCUmgrClientError> {
    client.raw_command(&Ours {
        write: true,
        command,
        request,
    })
}

#[test]
fn slots_say_what_is_in_them_and_why() {
    let port = port(everything);
    let client = client(&port);
    let unsigned = unsigned_image(NEW, 2_000);
    reason(client.image_upload(unsigned, Some(0), None, false, None));
    client
        .image_upload(new(), Some(1), None, false, None)
        .unwrap();
    let told = read(&client, 0, 0);
    assert_eq!(told.next, None);
    let states: Vec<_> = told
        .slots
        .iter()
        .map(|slot| (slot.slot, &slot.state[..], &slot.version[..]))
        .collect();
    assert_eq!(
        states,
        [
            (0, "empty", ""),
            (0, "rejected", ""),
            (1, "confirmed", "1.4.0"),
            (1, "verified", "1.5.0")
        ]
    );
    assert_eq!(
        told.slots[1].reason,
        "the image is not signed: sign it with `corelet sign`"
    );
    assert_eq!(told.slots[2].plugin, "thermostat");

    let forgive = || Asked {
        hash: Some(told.slots[1].hash.clone()),
        ..Asked::default()
    };
    write(&client, 4, forgive()).unwrap();
    assert_eq!(read(&client, 0, 0).slots.len(), 3);
    assert_eq!(reason(write(&client, 4, forgive())).1, "nothing is there");
}

#[test]
fn logs_are_read_to_their_end_and_after_a_reset() {
    let port = port(everything);
    let client = client(&port);
    for number in 0..40 {
        port.device()
            .device
            .log(&format!("{number} m°C: heating on"));
    }
    let long = "m".repeat(700);
    port.device().device.log(&long);
    let (mut lines, mut next, mut answers) = (Vec::new(), 0, 0);
    loop {
        let told = read(&client, 1, next);
        if told.lines.is_empty() {
            assert_eq!(told.next, Some(next));
            break;
        }
        lines.extend(told.lines);
        next = told.next.unwrap();
        answers += 1;
    }
    assert!(answers > 3, "{answers}");
    assert!(lines.iter().map(|line| line.n).eq(0..41));
    assert_eq!(lines[39].text, "39 m°C: heating on");
    let cut = lines[40].text.strip_suffix('…').unwrap();
    assert!(long.starts_with(cut) && cut.len() >= 48, "{cut}");

    client.os_system_reset(false, None).unwrap();
    assert!(read(&client, 1, 0).lines.is_empty());
    port.device().device.log("again");
    let told = read(&client, 1, next);
    assert_eq!((told.lines.len(), told.next), (1, Some(1)));
}

#[test]
fn the_audit_says_what_was_denied() {
    let port = port(upload_only);
    let client = client(&port);
    let first = read(&client, 2, 0);
    let rest = first
        .next
        .map_or_else(Told::default, |next| read(&client, 2, next));
    let denials: Vec<_> = first.denials.into_iter().chain(rest.denials).collect();
    assert_eq!(denials.len(), 3);
    let denial = &denials[1];
    assert_eq!((denial.slot, denial.time, denial.count), (1, 5_000, 17));
    assert_eq!(
        [
            &denial.plugin,
            &denial.interface,
            &denial.function,
            &denial.reason
        ],
        [
            "thermostat",
            "corelet:host/sensor",
            "set",
            "the quota is used up"
        ]
    );
}

#[test]
fn slots_are_tested_together_and_rolled_back() {
    let port = port(everything);
    let client = client(&port);
    let both = || Asked {
        slots: Some(vec![0, 1]),
        ..Asked::default()
    };
    client
        .image_upload(new(), Some(1), None, false, None)
        .unwrap();
    assert_eq!(reason(write(&client, 5, both())).1, "nothing is there");
    assert!(!in_slot(&client, 1, 1).unwrap().pending);

    client
        .image_upload(new(), Some(0), None, false, None)
        .unwrap();
    write(&client, 5, both()).unwrap();
    client.os_system_reset(false, None).unwrap();
    assert!([0, 1].map(|slot| port.device().device.running(slot) == Some(&new()[..])) == [true; 2]);

    let request = Asked {
        slot: Some(1),
        ..Asked::default()
    };
    write(&client, 3, request).unwrap();
    assert_eq!(port.device().device.running(1), Some(&old()[..]));
}
