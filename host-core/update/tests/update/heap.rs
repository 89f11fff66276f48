//! A heap whose free pieces are small.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use corelet_host::LoadError;
use corelet_store::BankState;
use corelet_update::Refused;

use crate::board::*;
use crate::keys::ALICE;

thread_local! {
    /// The most bytes of one piece of text or data that this thread is given.
    static LARGEST: Cell<usize> = const { Cell::new(usize::MAX) };
}

struct Pieces;

// SAFETY: every call goes to the system's allocator unchanged, or is refused; what it looks at is initialised in `const` and needs
// no drop.
unsafe impl GlobalAlloc for Pieces {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() == 1 && layout.size() > LARGEST.get() {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static PIECES: Pieces = Pieces;

/// Sends an image in pieces of `piece` bytes, and holds no more than `most` of it.
fn upload_in(most: usize, image: &[u8], piece: usize) -> (Plugins, Result<(), Refused>) {
    let mut plugins = start(blank().mapped());
    let length = image.len() as u32;
    let mut offset = plugins
        .open(ONE, length, Some(digest(image)), false)
        .unwrap();
    while plugins.store().staged(ONE).is_none() {
        let data = &image[offset as usize..][..piece];
        LARGEST.set(most);
        let taken = plugins.receive(offset, data);
        LARGEST.set(usize::MAX);
        match taken {
            Ok(wanted) => offset = wanted,
            Err(refused) => return (plugins, Err(refused)),
        }
    }
    assert!(offset as usize <= most + piece);
    let uploaded = upload(&mut plugins, ONE, image, piece);
    (plugins, uploaded)
}

#[test]
fn where_the_beginning_finds_no_room_the_image_is_checked_when_it_is_there() {
    let good = Plugin::GOOD.image();
    let head = corelet_image::Head::bytes_needed(good.first_chunk().unwrap()).unwrap();
    for piece in [1, 10] {
        let most = head.next_multiple_of(piece);
        for more in [0, 1, 50] {
            let (plugins, uploaded) = upload_in(most + more, &good, piece);
            uploaded.unwrap();
            let bank = plugins.store().staged(ONE).unwrap();
            let state = plugins.store().bank(bank).unwrap().state;
            assert_eq!(state, BankState::Verified, "{piece} {more}");
        }
        // With less there is none for the head.
        let (_, refused) = upload_in(head - 1, &good, piece);
        assert_eq!(refused, Err(Refused::OutOfMemory));
    }
    let greedy = Plugin {
        confirm: corelet_image::Confirm {
            health: true,
            ..Plugin::GOOD.confirm
        },
        ..Plugin::GOOD
    };
    let (plugins, refused) = upload_in(head + 2, &greedy.image(), 1);
    assert!(matches!(refused, Err(Refused::Load(LoadError::Export(_)))));
    assert!(
        plugins
            .store()
            .flash()
            .0
            .erases()
            .iter()
            .any(|&count| count > 0)
    );
}

#[test]
fn nothing_is_held_behind_a_head_that_no_trusted_key_signed() {
    let image = Plugin::GOOD.by(&ALICE);
    let head = corelet_image::Head::bytes_needed(image.first_chunk().unwrap()).unwrap();
    let mut plugins = start(blank());
    let length = image.len() as u32;
    let known = Some(digest(&image));
    let mut offset = plugins.open(ONE, length, known, false).unwrap();
    let refused = loop {
        match plugins.receive(offset, &image[offset as usize..][..1]) {
            Ok(wanted) => offset = wanted,
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, Refused::Image(_)), "{refused}");
    assert_eq!(offset as usize, head - 1);
}

#[test]
fn an_upload_that_goes_silent_before_it_was_checked_is_given_up() {
    let image = Plugin::GOOD.image();
    let length = image.len() as u32;
    let mut plugins = start(blank());
    let known = Some(digest(&image));
    assert_eq!(plugins.open(ONE, length, known, false), Ok(0));
    for offset in [0, 10, 20] {
        let piece = &image[offset as usize..][..10];
        assert_eq!(plugins.receive(offset, piece), Ok(offset + 10));
        pass(&mut plugins, 29);
    }
    pass(&mut plugins, 1);
    let refused = plugins.receive(30, &image[30..40]);
    assert_eq!(refused, Err(Refused::NotOpen));

    // What is in the store waits for as long as it takes.
    let mut offset = plugins.open(ONE, length, known, false).unwrap();
    while plugins.store().staged(ONE).is_none() {
        let piece = &image[offset as usize..][..10];
        offset = plugins.receive(offset, piece).unwrap();
    }
    pass(&mut plugins, 100);
    assert_eq!(plugins.receive(length, &[]), Ok(offset));
}
