//! What is refused before anything is erased, and how an upload goes on.

use corelet_host::LoadError;
use corelet_image::{DEVELOPMENT_KEY, ImageError, Manifest, Unsigned};
use corelet_store::{BankState, Error, Reason, Runs};
use corelet_update::{Fuel, Refused, Report};

use crate::board::*;

fn erases(plugins: &Plugins) -> Vec<u32> {
    plugins.store().flash().0.erases()
}

#[track_caller]
fn is_refused_before_an_erase(plugins: &mut Plugins, image: &[u8]) -> Refused {
    settle(plugins);
    let before = erases(plugins);
    let refused = upload(plugins, ONE, image, 100).unwrap_err();
    assert_eq!(erases(plugins), before);
    refused
}

#[test]
fn what_is_not_fit_is_refused_before_anything_is_erased() {
    let mut plugins = start(blank());
    let good = Plugin::GOOD.image();

    let mut bad = good.clone();
    bad[30] ^= 1;
    let refused = is_refused_before_an_erase(&mut plugins, &bad);
    assert!(matches!(refused, Refused::Image(_)), "{refused}");

    let manifest = Manifest {
        name: "thermostat",
        ..Manifest::default()
    };
    let unsigned = Unsigned::build(&manifest, b"\0asm\x01\0\0\0", &DEVELOPMENT_KEY).unwrap();
    let refused = is_refused_before_an_erase(&mut plugins, unsigned.as_bytes());
    assert_eq!(refused, Refused::Image(ImageError::Unsigned));

    let refused = is_refused_before_an_erase(&mut plugins, &[7; 1_000]);
    assert_eq!(refused, Refused::Image(ImageError::NotAnImage));

    let large = vec![0; 0x2001];
    let refused = is_refused_before_an_erase(&mut plugins, &large);
    assert!(
        matches!(refused, Refused::Store(Error::Length { .. })),
        "{refused}"
    );

    let fast = Unsigned::build(
        &Manifest {
            tick_ms: Some(1),
            ..manifest.clone()
        },
        b"\0asm\x01\0\0\0",
        &DEVELOPMENT_KEY,
    );
    let fast = fast
        .unwrap()
        .sign(&corelet_image::DEVELOPMENT_SEED)
        .unwrap();
    let refused = is_refused_before_an_erase(&mut plugins, &fast);
    assert!(
        matches!(refused, Refused::Load(LoadError::TickTooShort { .. })),
        "{refused}"
    );

    // The name is taken by what runs in the other slot.
    install(&mut plugins, TWO, &good);
    let refused = is_refused_before_an_erase(&mut plugins, &good);
    assert!(
        matches!(refused, Refused::Load(LoadError::NameTaken { .. })),
        "{refused}"
    );
}

#[test]
fn an_older_security_version_is_refused_after_a_newer_one_was_confirmed() {
    let mut plugins = start(blank());
    let newer = Plugin {
        security_version: 2,
        ..Plugin::GOOD
    };
    install(&mut plugins, ONE, &newer.image());
    pass(&mut plugins, 5);
    let refused = is_refused_before_an_erase(&mut plugins, &Plugin::GOOD.image());
    let (found, allowed) = (0, 2);
    assert_eq!(refused, Error::Downgrade { found, allowed }.into());
}

#[test]
fn an_image_in_pieces_of_every_size_is_the_image() {
    let image = Plugin::GOOD.image();
    for piece in [1, 7, 64, 333, image.len()] {
        let mut plugins = start(blank());
        upload(&mut plugins, ONE, &image, piece).unwrap();
        let bank = plugins.store().staged(ONE).unwrap();
        let bank = plugins.store().bank(bank).unwrap();
        assert_eq!(bank.state, BankState::Verified);
        // And again it is there.
        let length = image.len() as u32;
        let opened = plugins.open(ONE, length, Some(digest(&image)), false);
        assert_eq!(opened, Ok(length));
    }
}

/// A module of more than a sector.
fn large() -> Vec<u8> {
    let long: &'static str = Box::leak(
        format!(
            "{} {}",
            "(drop (i32.const 123456789))".repeat(900),
            crate::module::OK
        )
        .into_boxed_str(),
    );
    let image = Plugin {
        init: long,
        ..Plugin::GOOD
    };
    image.image()
}

#[test]
fn after_a_cut_an_upload_goes_on_where_it_was_with_and_without_its_digest() {
    let image = large();
    let length = image.len() as u32;
    assert!(length > 5_000, "{length}");
    for with_digest in [true, false] {
        let mut plugins = start(blank());
        let mut offset = plugins
            .open(ONE, length, Some(digest(&image)), false)
            .unwrap();
        while offset < 4_500 {
            let piece = &image[offset as usize..][..100];
            offset = plugins.receive(offset, piece).unwrap();
            if let Report::WantsErase = plugins.run(Fuel(100)) {
                plugins.erase_now().unwrap();
            }
        }
        let mut plugins = restart(plugins);
        let known = with_digest.then(|| digest(&image));
        let mut offset = plugins.open(ONE, length, known, false).unwrap();
        let mut first = None;
        while offset < length {
            let rest = &image[offset as usize..];
            let before = offset;
            offset = plugins
                .receive(offset, &rest[..rest.len().min(100)])
                .unwrap();
            if offset >= 4_096 {
                first.get_or_insert(before);
            }
            if let Report::WantsErase = plugins.run(Fuel(100)) {
                plugins.erase_now().unwrap();
            }
        }
        // Without it, only what tells the image from others was sent again.
        assert!(with_digest || first.unwrap() < 400, "{first:?}");
        plugins.test(&[ONE]).unwrap();
        let told = pass(&mut plugins, 5);
        assert!(told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
    }
}

#[test]
fn without_a_digest_nothing_new_is_begun() {
    let mut plugins = start(blank());
    let image = Plugin::GOOD.image();
    let opened = plugins.open(ONE, image.len() as u32, None, false);
    assert_eq!(opened, Ok(0));
    assert_eq!(plugins.receive(0, &image), Err(Refused::NoDigest));
    assert_eq!(plugins.receive(0, &image), Err(Refused::NotOpen));
}

#[test]
fn a_module_that_tells_nothing_before_is_rejected_when_it_is_there() {
    let mut plugins = start(blank());
    let greedy = Plugin {
        confirm: corelet_image::Confirm {
            health: true,
            ..Plugin::GOOD.confirm
        },
        shapes_first: false,
        ..Plugin::GOOD
    };
    let refused = upload(&mut plugins, ONE, &greedy.image(), 300).unwrap_err();
    assert!(
        matches!(refused, Refused::Load(LoadError::Export(_))),
        "{refused}"
    );
    assert_eq!(plugins.store().staged(ONE), None);
    let refused = upload(&mut plugins, ONE, &greedy.image(), 300).unwrap_err();
    assert_eq!(refused, Error::Rejected(Reason::Refused).into());
    assert_eq!(plugins.store().runs(ONE), Runs::Nothing);
}

#[test]
fn what_is_shorter_than_a_header_is_no_image() {
    let mut plugins = start(blank());
    assert_eq!(plugins.open(ONE, 4, Some([1; 32]), false), Ok(0));
    let refused = plugins.receive(0, &[1; 4]);
    assert_eq!(refused, Err(Refused::Image(ImageError::NotAnImage)));
}

#[test]
fn an_offset_that_is_not_wanted_is_answered_with_the_one_that_is() {
    let mut plugins = start(blank());
    let image = Plugin::GOOD.image();
    let length = image.len() as u32;
    let opened = plugins.open(ONE, length, Some(digest(&image)), false);
    assert_eq!(opened, Ok(0));
    let mut offset = 0;
    // The head is there, and no sector is erased.
    while plugins.store().staged(ONE).is_none() {
        offset = plugins
            .receive(offset, &image[offset as usize..][..100])
            .unwrap();
    }
    for wrong in [length, length + 1, u32::MAX, 0] {
        assert_eq!(plugins.receive(wrong, &[]), Ok(offset));
    }
}

#[test]
fn an_upload_waits_for_a_journal_that_is_full() {
    let mut plugins = start(blank());
    let image = Plugin::GOOD.image();
    let length = image.len() as u32;
    for number in 0..100 {
        let other = Some([number; 32]);
        assert_eq!(plugins.open(ONE, length, other, false), Ok(0));
        assert_eq!(plugins.receive(0, &image), Ok(0), "{number}");
    }
    upload(&mut plugins, ONE, &image, 300).unwrap();
}

#[test]
fn an_image_whose_last_byte_finds_no_room_in_the_journal_is_not_said_to_be_there_before_it_is() {
    let image = Plugin::GOOD.image();
    let length = image.len() as u32;
    // However many records the journal has before.
    for others in 20..45 {
        let mut plugins = start(blank());
        for number in 0..others {
            let other = Some([number; 32]);
            plugins.open(ONE, length, other, false).unwrap();
            plugins.receive(0, &image).unwrap();
        }
        let known = Some(digest(&image));
        let mut offset = plugins.open(ONE, length, known, false).unwrap();
        for _ in 0..100 {
            let rest = &image[offset as usize..];
            offset = plugins
                .receive(offset, &rest[..rest.len().min(100)])
                .unwrap();
            if offset == length {
                break;
            }
            plugins.erase_now().unwrap();
        }
        let bank = plugins.store().staged(ONE).unwrap();
        let bank = plugins.store().bank(bank).unwrap();
        assert_eq!(
            (bank.state, offset),
            (BankState::Verified, length),
            "{others}"
        );
    }
}
