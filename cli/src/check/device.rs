//! Whom a plugin is judged for: what of a firmware decides whether it takes the plugin.

use corelet_desktop::Desktop;
use corelet_host::{FirmwareOffer, SlotPolicy, Table, Version};
use corelet_image::{Keys, PublicKey};
use corelet_mps2_an386::{KEYS, NAME, POLICY, VERSION, table};

use super::contracts::Contracts;
use crate::run::{Board, desktop};
use crate::toolchain::Target;

/// A firmware as plugins meet it. `B` is the board whose functions its table has; none is called.
pub(crate) struct Device<B: 'static> {
    /// What a person calls it.
    pub(crate) title: String,
    /// The firmware's name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Its board.
    pub(crate) board: String,
    /// What it is built for.
    pub(crate) target: String,
    /// The version of its host, which images are verified for.
    pub(crate) host: Version,
    /// The interfaces that it registers.
    pub(crate) table: Table<B>,
    /// The policy of each slot.
    pub(crate) slots: Vec<SlotPolicy>,
    /// The keys that it trusts besides the development key.
    pub(crate) keys: Vec<PublicKey>,
    /// Whether it trusts the development key.
    pub(crate) development: bool,
    /// What types the grants of its interfaces.
    pub(crate) contracts: Contracts,
    /// The interfaces whose grants the contract compares, and not the table.
    pub(crate) typed: Vec<&'static str>,
    /// The interfaces whose grants cannot be compared, since only their names are known.
    pub(crate) opaque: Vec<&'static str>,
}

impl Device<Desktop> {
    /// One that `corelet run` has too.
    pub(crate) fn of(board: Board) -> Self {
        let desktop = Self {
            title: "desktop".to_owned(),
            name: "corelet-desktop".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            board: "desktop".to_owned(),
            target: "desktop".to_owned(),
            host: corelet_host::VERSION,
            table: corelet_desktop::table(),
            slots: vec![desktop::POLICY],
            keys: Vec::new(),
            development: true,
            contracts: Contracts::with(Vec::new(), Vec::new()),
            typed: Vec::new(),
            opaque: Vec::new(),
        };
        match board {
            Board::Desktop => desktop,
            Board::Mps2An386 => Self {
                title: "mps2-an386".to_owned(),
                name: NAME.to_owned(),
                version: VERSION.to_owned(),
                board: "mps2-an386".to_owned(),
                target: Target::ThumbV7em.triple().to_owned(),
                table: table(),
                slots: POLICY.slots.to_vec(),
                keys: KEYS.trusted().to_vec(),
                development: KEYS.accepts_development(),
                ..desktop
            },
        }
    }
}

impl<B: 'static> Device<B> {
    /// Who may sign.
    pub(crate) fn keys(&self) -> Keys<'_> {
        let keys = Keys::new(&self.keys);
        if self.development {
            keys.accept_development()
        } else {
            keys
        }
    }

    /// The text of the offer that its firmware emits.
    pub(crate) fn offer(&self) -> String {
        FirmwareOffer {
            name: &self.name,
            version: &self.version,
            board: &self.board,
            target: &self.target,
            table: &self.table,
            slots: &self.slots,
            keys: self.keys(),
            contracts: &[],
            describe: &|interface, record, f| self.contracts.describe(interface, record, f),
        }
        .to_string()
    }
}
