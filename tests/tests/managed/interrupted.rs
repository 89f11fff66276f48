//! `corelet install`, from under which the board goes, and to which it comes back.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use corelet_image::Confirm;

use crate::board::{Board, wait_for};
use crate::command::{corelet, place, running};
use crate::plugin::image;
use crate::toolkit;

/// A name of the board's port that stays, as that of a USB adapter does, where each machine has a port of its own.
struct Cable(PathBuf);

impl Cable {
    fn plug(folder: &Path, port: &str) -> Self {
        let path = folder.join("port");
        symlink(port, &path).unwrap();
        Self(path)
    }

    fn unplug(self) {
        fs::remove_file(self.0).unwrap();
    }
}

#[test]
fn it_goes_on_by_itself_when_the_board_was_killed_while_it_uploads_and_while_it_tries() {
    let (board, mut machine, port) = Board::started(&image(1, 0, Confirm::default()));
    let folder = tempfile::tempdir().unwrap();
    let cable = Cable::plug(folder.path(), &port);
    let name = cable.0.to_str().unwrap().to_owned();
    let file = board.file(&image(2, 15_000, Confirm::default()));
    let install = thread::spawn(move || {
        let args = ["install", "--slot", &place(0, &file), "--give-up", "2min"];
        let installed = corelet(&name, &args);
        installed.map_err(|failure| failure.to_string())
    });
    while !board.has_second_sector() {
        assert!(!install.is_finished(), "it was too quick");
        thread::sleep(Duration::from_millis(1));
    }
    // First the name, so that nobody takes the next machine's port for the old one.
    cable.unplug();
    machine.kill();
    drop(machine);

    let (mut machine, port) = board.start();
    wait_for(&mut machine, "slot 0: loaded counter 0.1.0");
    let part = toolkit::received(&port);
    assert!((4_096..15_000).contains(&part), "{part}");
    let cable = Cable::plug(folder.path(), &port);
    wait_for(&mut machine, "slot 0: on trial");
    cable.unplug();
    machine.kill();
    drop(machine);

    let (mut machine, port) = board.start();
    wait_for(&mut machine, "slot 0: loaded counter 0.2.0");
    let _cable = Cable::plug(folder.path(), &port);
    assert_eq!(install.join().unwrap(), Ok(()));
    assert_eq!(running(&port), [(0, "0.2.0".to_owned())]);
}
