use corelet_image::Version;
use corelet_smp::{Everything, Smp};
use corelet_smp_tests::{Device, Op, Request, image};

use crate::{BUFFER, ask_server, device};

struct Uploader {
    smp: Smp<BUFFER, Everything>,
    device: Device,
    image: Vec<u8>,
}

impl Uploader {
    fn new() -> Self {
        Self {
            smp: Smp::with_authority(Everything),
            device: device(),
            image: image(Version::new(1, 5, 0), 800),
        }
    }

    fn chunk(&mut self, first: &[u8], offset: usize, length: usize) -> Vec<u8> {
        let data = self.image[offset..offset + length].to_vec();
        self.data(first, offset, &data)
    }

    fn data(&mut self, first: &[u8], offset: usize, data: &[u8]) -> Vec<u8> {
        let (map, request) = self.request(first, offset, data);
        ask_server(&mut self.smp, &mut self.device, request, &map).1
    }

    /// `first` are fields of the map, of which there are as many as its first byte says.
    fn request(&self, first: &[u8], offset: usize, data: &[u8]) -> (Vec<u8>, Request) {
        let (count, fields) = first.split_first().unwrap();
        let mut map = vec![0xa0 + count + 2];
        map.extend(fields);
        map.extend(b"\x63off\x19");
        map.extend((offset as u16).to_be_bytes());
        map.extend(b"\x64data\x59");
        map.extend((data.len() as u16).to_be_bytes());
        map.extend(data);
        let request = Request {
            version: 2,
            op: Op::Write,
            group: 1,
            command: 1,
            sequence: 0,
        };
        (map, request)
    }

    /// The fields of the first chunk.
    fn first(&self) -> Vec<u8> {
        let mut fields = b"\x02\x65image\x01\x63len\x19".to_vec();
        fields.extend((self.image.len() as u16).to_be_bytes());
        fields
    }
}

/// `{"off": N}`.
fn off(offset: usize) -> Vec<u8> {
    let mut map = b"\xbf\x63off".to_vec();
    match offset {
        0..24 => map.push(offset as u8),
        24..256 => map.extend([0x18, offset as u8]),
        _ => {
            map.push(0x19);
            map.extend((offset as u16).to_be_bytes());
        }
    }
    map.push(0xff);
    map
}

/// `{"err": {"group": 1, "rc": N}}`.
fn refused(number: u8) -> Vec<u8> {
    let number = if number < 24 {
        vec![number]
    } else {
        vec![0x18, number]
    };
    [
        b"\xbf\x63err\xbf\x65group\x01\x62rc",
        &number[..],
        b"\xff\xff",
    ]
    .concat()
}

#[test]
fn chunks_are_kept_in_order_once() {
    let mut up = Uploader::new();
    let first = up.first();
    let length = up.image.len();
    assert_eq!(up.chunk(&first, 0, 300), off(300));
    assert_eq!(up.chunk(&[0], 300, 100), off(400));
    // The answer was lost, and the client sends it again.
    assert_eq!(up.chunk(&[0], 300, 100), off(400));
    // A chunk was lost.
    assert_eq!(up.chunk(&[0], 600, 100), off(400));
    assert_eq!(up.chunk(&[0], 400, 0), off(400));
    assert_eq!(up.chunk(&[0], 400, 400), off(800));
    assert_eq!(up.chunk(&[0], 800, length - 800), off(length));
    // It is over, and the last chunk comes again.
    assert_eq!(up.chunk(&[0], 800, length - 800), off(length));
    assert_eq!(up.chunk(&[0], length, 0), off(length));
    assert_eq!(up.device.staged(1), Some(&up.image[..]));
    assert_eq!(up.device.written, length);
}

#[test]
fn after_a_reset_the_client_begins_again_and_goes_on() {
    let mut up = Uploader::new();
    let first = up.first();
    up.chunk(&first, 0, 300);
    up.device.restart();
    up.smp = Smp::with_authority(Everything);
    assert_eq!(up.chunk(&[0], 300, 100), off(0));
    assert_eq!(up.chunk(&first, 0, 300), off(300));
    assert_eq!(up.chunk(&[0], 300, 100), off(400));
    assert_eq!(up.device.written, 400);
}

#[test]
fn the_device_may_hear_some_chunks_before_it_knows_which_upload_it_is() {
    let mut up = Uploader::new();
    let first = up.first();
    for reset in [false, true] {
        assert_eq!(up.chunk(&first, 0, 90), off(90), "{reset}");
        assert_eq!(up.chunk(&[0], 90, 90), off(180));
        if !reset {
            assert_eq!(up.device.received(1), 0);
            assert_eq!(up.chunk(&[0], 180, 90), off(270));
            assert_eq!(up.chunk(&[0], 270, 90), off(360));
            up.device.restart();
            up.smp = Smp::with_authority(Everything);
            assert_eq!(up.chunk(&[0], 360, 90), off(0));
        } else {
            // What is there needs not be sent again.
            assert_eq!(up.chunk(&[0], 180, 90), off(360));
        }
    }
    assert_eq!(up.device.written, 360);
}

#[test]
fn what_begins_otherwise_is_another_upload() {
    let mut up = Uploader::new();
    let first = up.first();
    up.chunk(&first, 0, 300);
    up.image = image(Version::new(1, 6, 0), 800);
    assert_eq!(up.first(), first);
    assert_eq!(up.chunk(&first, 0, 200), off(200));
    assert_eq!(up.device.received(1), 200);
}

#[test]
fn a_chunk_says_where_it_belongs() {
    let mut up = Uploader::new();
    let first = up.first();
    let length = up.image.len();
    // Nothing began.
    assert_eq!(up.chunk(&[0], 300, 100), off(0));
    // A first one without a length, with one that is too small, with a digest that is none, for a slot that is none.
    assert_eq!(up.data(b"\x01\x65image\x01", 0, b"CRLT"), refused(21));
    assert_eq!(up.data(b"\x01\x63len\x03", 0, b"CRLT"), refused(31));
    let sha = [&b"\x02\x63len\x18\x64\x63sha\x58\x21"[..], &[1; 33]].concat();
    assert_eq!(up.data(&sha, 0, b"CRLT"), refused(24));
    assert_eq!(
        up.data(b"\x02\x65image\x19\x01\x01\x63len\x18\x64", 0, b"CRLT"),
        refused(14)
    );
    assert_eq!(
        up.data(b"\x01\x63len\x1b\0\0\0\x01\0\0\0\0", 0, b"CRLT"),
        refused(30)
    );
    // One that goes beyond the end ends the upload; what is there stays, and the client can go on.
    up.chunk(&first, 0, 300);
    let beyond = vec![0; length - 299];
    assert_eq!(up.data(&[0], 300, &beyond[..400]), off(700));
    assert_eq!(up.data(&[0], 700, &beyond[..400]), refused(31));
    assert_eq!(up.chunk(&[0], 700, 10), off(0));
    assert_eq!(up.chunk(&first, 0, 300), off(700));
}

#[test]
fn a_port_may_be_closed_in_the_middle_of_an_upload() {
    let mut up = Uploader::new();
    let first = up.first();
    let mut open = true;
    let mut smp = Smp::<BUFFER, _>::with_authority(|_| std::mem::take(&mut open));
    let mut chunk = |first: &[u8], offset| {
        let (map, request) = up.request(first, offset, &up.image[offset..offset + 300]);
        ask_server(&mut smp, &mut up.device, request, &map).1
    };
    assert_eq!(chunk(&first, 0), off(300));
    assert!(chunk(&[0], 300).starts_with(b"\xbf\x62rc\x0b"));
    assert_eq!(up.device.received(1), 300);
}

#[test]
fn bytes_that_were_changed_on_their_way_are_not_kept() {
    let mut up = Uploader::new();
    let first = up.first();
    let length = up.image.len();
    up.image[500] ^= 1;
    up.chunk(&first, 0, 400);
    up.chunk(&[0], 400, 400);
    let answer = up.chunk(&[0], 800, length - 800);
    let why = b"the module is not the one that was signed";
    assert!(
        answer.windows(why.len()).any(|text| text == why),
        "{answer:?}"
    );
    assert_eq!(up.device.staged(1), None);
}

#[test]
fn an_erased_upload_begins_again() {
    let mut up = Uploader::new();
    let first = up.first();
    up.chunk(&first, 0, 300);
    let erase = Request {
        version: 2,
        op: Op::Write,
        group: 1,
        command: 5,
        sequence: 0,
    };
    let answer = ask_server(&mut up.smp, &mut up.device, erase, b"\xa1\x64slot\x03").1;
    assert_eq!(answer, b"\xbf\xff");
    assert_eq!(up.chunk(&[0], 300, 100), off(0));
    assert_eq!(up.chunk(&first, 0, 300), off(300));
}
