//! Whoever manages plugins over a serial line.

use corelet_smp::{Everything, Smp};
use corelet_smp_tests::{Op, Request, answers, frame};
use corelet_update::{Fuel, Report};
use minicbor::Encoder;

use crate::board::*;

/// A device behind a line.
pub(crate) struct Manager<const N: usize = 512> {
    pub(crate) plugins: Plugins,
    smp: Smp<N, Everything>,
}

/// A request's map.
pub(crate) type Map = Encoder<Vec<u8>>;

impl Manager {
    pub(crate) fn new(plugins: Plugins) -> Self {
        Self::with_buffers(plugins)
    }
}

impl<const N: usize> Manager<N> {
    /// Behind a server with buffers of `N` bytes.
    pub(crate) fn with_buffers(plugins: Plugins) -> Self {
        let smp = Smp::with_authority(Everything);
        Self { plugins, smp }
    }

    /// The one answer to a request, as text.
    pub(crate) fn ask(&mut self, op: Op, group: u16, command: u8, map: Map) -> String {
        let request = Request {
            version: 2,
            op,
            group,
            command,
            sequence: 0,
        };
        let received = frame(&request.message(&map.into_writer()), 127);
        let (mut received, mut sent) = (&received[..], Vec::new());
        while let Some(line) = self.smp.feed(&mut received, &mut self.plugins) {
            sent.extend(line);
        }
        let [answer] = &answers(&sent)[..] else {
            panic!("{sent:?}");
        };
        minicbor::display(&answer[8..]).to_string()
    }

    pub(crate) fn read(&mut self, group: u16, command: u8) -> String {
        self.ask(Op::Read, group, command, none())
    }

    /// The states of all slots and banks.
    pub(crate) fn slots(&mut self) -> String {
        self.read(corelet_smp::GROUP, 0)
    }

    pub(crate) fn images(&mut self) -> String {
        self.read(1, 0)
    }

    /// Has an image tested, or confirmed.
    pub(crate) fn set_state(&mut self, image: &[u8], confirm: bool) -> String {
        let mut map = none();
        map.map(2).unwrap();
        map.str("hash").unwrap().bytes(&digest(image)).unwrap();
        map.str("confirm").unwrap().bool(confirm).unwrap();
        self.ask(Op::Write, 1, 0, map)
    }

    /// A command with one number.
    pub(crate) fn order(&mut self, group: u16, command: u8, key: &str, number: u8) -> String {
        let mut map = none();
        map.map(1).unwrap().str(key).unwrap().u8(number).unwrap();
        self.ask(Op::Write, group, command, map)
    }

    /// A piece of an upload; the first one says what it is of.
    pub(crate) fn piece(&mut self, slot: u8, image: &[u8], offset: usize) -> String {
        let mut map = none();
        map.map(if offset == 0 { 5 } else { 2 }).unwrap();
        map.str("off").unwrap().u32(offset as u32).unwrap();
        let data = &image[offset..image.len().min(offset + 150.min(N / 3))];
        map.str("data").unwrap().bytes(data).unwrap();
        if offset == 0 {
            map.str("image").unwrap().u8(slot).unwrap();
            map.str("len").unwrap().u32(image.len() as u32).unwrap();
            map.str("sha").unwrap().bytes(&digest(image)).unwrap();
        }
        self.ask(Op::Write, 1, 1, map)
    }

    /// Uploads an image, or says why not, and how often the device let the client wait.
    pub(crate) fn upload(&mut self, slot: u8, image: &[u8]) -> Result<u32, String> {
        let (mut offset, mut waits, mut refusals) = (0, 0, 0);
        loop {
            let answer = self.piece(slot, image, offset);
            let wanted = answer.split_once("\"off\": ").map(|(_, rest)| {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap();
                rest[..end].parse().unwrap()
            });
            let wanted: usize = wanted.ok_or(answer.clone())?;
            if wanted == image.len() {
                assert!(answer.contains("\"match\": true"), "{answer}");
                return Ok(waits);
            }
            waits += u32::from(wanted == offset);
            assert!(waits < 100, "{answer}");
            offset = wanted;
            // It does not suit at once.
            if let Report::WantsErase = self.plugins.run(Fuel(1_000)) {
                refusals += 1;
                if refusals % 3 == 0 {
                    self.plugins.erase_now().unwrap();
                }
            }
        }
    }
}

pub(crate) fn none() -> Map {
    Encoder::new(Vec::new())
}
