//! Frames that real clients sent, and the answers that they understood: what is on the wire does not change unseen.

use corelet_smp::{Everything, Smp};

use crate::{BUFFER, device, feed};

/// The bytes of the lines that begin with `mark`.
fn bytes(lines: &[&str], mark: char) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in lines {
        let Some((start, text)) = line.strip_prefix(mark).and_then(|l| l.split_once(' ')) else {
            continue;
        };
        bytes.extend(if start == "+" { [4, 20] } else { [6, 9] });
        bytes.extend(text.as_bytes());
        bytes.push(b'\n');
    }
    bytes
}

fn replay(golden: &str) {
    let mut device = device();
    let mut smp = Smp::<BUFFER, _>::with_authority(Everything);
    let lines: Vec<_> = golden
        .lines()
        .filter(|line| line.starts_with(['>', '<']))
        .collect();
    // A request, and what follows until the next one.
    let exchanges: Vec<_> = lines
        .chunk_by(|before, line| !(before.starts_with('<') && line.starts_with('>')))
        .collect();
    assert!(exchanges.len() > 15);
    for (number, exchange) in exchanges.iter().enumerate() {
        let sent = feed(&mut smp, &mut device, &bytes(exchange, '>'));
        assert_eq!(
            String::from_utf8_lossy(&sent),
            String::from_utf8_lossy(&bytes(exchange, '<')),
            "exchange {number}"
        );
        if device.wants_reset() {
            device.restart();
            smp = Smp::with_authority(Everything);
        }
    }
    assert_eq!(device.resets, 1);
}

#[test]
fn smpmgr() {
    replay(include_str!("../golden/smpmgr.txt"));
}

#[test]
fn mcumgr_toolkit() {
    replay(include_str!("../golden/mcumgr-toolkit.txt"));
}
