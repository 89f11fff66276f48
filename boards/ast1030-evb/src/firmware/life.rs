//! What the device goes through from one start to the next.

use corelet_ast1030_evb::{BANKS, MAP, works};
use corelet_store::{BankId, BankState, Error, Reason, Runs, SlotId, Start, Store};

use super::flash::{Flash, Work};
use super::sender::{PIECE, PLUGIN, next_piece, offer};

type Device = Store<Flash, BANKS>;

const SLOT: SlotId = SlotId(0);

/// One start, to its end.
pub(super) fn run(flash: Flash) -> Result<(), Error> {
    let store = &mut Store::mount(flash, &MAP, Start::Ordinary)?;
    report(store)?;
    go_on(store)?;
    let next = next_version(store);
    update(store, next)?;
    update(store, next.saturating_add(1))?;
    is_refused(store, next.saturating_add(1))?;
    move_journal(store, next.saturating_add(2))
}

/// What the start before left, as the store found it. What runs is read wholly: it has to be what was accepted.
fn report(store: &mut Device) -> Result<(), Error> {
    let (floor, rejected) = (store.floor(PLUGIN), store.rejections().len());
    let (starts, runs) = (store.boots().all, store.runs(SLOT));
    let version = match runs {
        Runs::Trial(bank) | Runs::Confirmed(bank) => started(store, bank)?,
        Runs::Factory | Runs::Nothing => 0,
    };
    let trial = match runs {
        Runs::Trial(_) => "trial of ",
        _ => "",
    };
    defmt::info!(
        "start {=u16}: {=str}{=u32}, floor {=u32}, {=usize} rejected",
        starts,
        trial,
        version,
        floor,
        rejected
    );
    Ok(())
}

/// The version that runs when the image in `bank` is started.
fn started(store: &mut Device, bank: BankId) -> Result<u32, Error> {
    if !store.digest_ok(bank)? {
        return Err(Error::Digest);
    }
    let mut version = [0; 4];
    store.read(bank, 0, &mut version)?;
    Ok(u32::from_le_bytes(version))
}

/// Ends what a cut left: a trial, or an image on its way.
fn go_on(store: &mut Device) -> Result<(), Error> {
    if let Runs::Trial(bank) = store.runs(SLOT) {
        judge(store, bank)?;
    }
    if let Some(bank) = store.staged(SLOT).and_then(|bank| store.bank(bank)) {
        update(store, bank.image.security_version)?;
    }
    Ok(())
}

/// The next version that works.
fn next_version(store: &Device) -> u32 {
    match store.floor(PLUGIN) {
        0 => 1,
        confirmed => confirmed.saturating_add(2),
    }
}

/// The whole way of a version, from wherever it is.
fn update(store: &mut Device, version: u32) -> Result<(), Error> {
    let before = Work::so_far();
    let image = offer(version);
    defmt::info!("offer {=u32}", version);
    erase(store)?;
    // One verdict is remembered, until there may be another one.
    while let Some(rejection) = store.rejections().first().filter(|_| !works(version)) {
        let digest = rejection.digest;
        store.forgive(&digest)?;
        defmt::info!("forgive");
    }
    let opened = store.open(SLOT, image)?;
    defmt::info!(
        "open {=u32}: bank {=u8} from {=u32}",
        version,
        opened.bank.0,
        opened.offset
    );
    receive(store, version, opened.offset)?;
    if store.bank(opened.bank).map(|bank| bank.state) == Some(BankState::Received) {
        erase(store)?;
        let found = started(store, opened.bank)?;
        store.verify(opened.bank, PLUGIN, found)?;
        defmt::info!("verify {=u32}", found);
    }
    erase(store)?;
    store.begin_trial(SLOT)?;
    defmt::info!("try {=u32}", version);
    judge(store, opened.bank)?;
    let work = Work::so_far().since(before);
    defmt::info!(
        "work of {=u32}: {=u32} written, {=u32} erased",
        version,
        work.written,
        work.erased
    );
    Ok(())
}

/// Takes an image from `offset` on, with the erases that it waits for.
fn receive(store: &mut Device, version: u32, mut offset: u32) -> Result<(), Error> {
    let mut buffer = [0; PIECE];
    loop {
        erase(store)?;
        let bytes = next_piece(version, offset, &mut buffer);
        if bytes.is_empty() {
            return Ok(());
        }
        offset = store.receive(SLOT, offset, bytes)?;
        defmt::info!("receive {=u32}: {=u32}", version, offset);
    }
}

/// Runs the image on trial in `bank`, and says whether it stays.
fn judge(store: &mut Device, bank: BankId) -> Result<(), Error> {
    let version = started(store, bank)?;
    erase(store)?;
    if works(version) {
        store.confirm(SLOT)?;
        defmt::info!("confirm {=u32}", version);
    } else {
        store.reject(bank, Reason::Trapped)?;
        defmt::info!("reject {=u32}", version);
    }
    Ok(())
}

/// The version that was rejected is sent again.
fn is_refused(store: &mut Device, version: u32) -> Result<(), Error> {
    match store.open(SLOT, offer(version)) {
        Err(Error::Rejected(Reason::Trapped)) => {
            defmt::info!("refuse {=u32}", version);
            Ok(())
        }
        Err(error) => Err(error),
        Ok(opened) => Err(Error::State {
            bank: opened.bank,
            found: BankState::Opening,
        }),
    }
}

/// Fills the journal until it moves: a version is opened and given up, again and again.
fn move_journal(store: &mut Device, version: u32) -> Result<(), Error> {
    let image = offer(version);
    while !erase(store)? {
        let opened = store.open(SLOT, image)?;
        store.clear(opened.bank)?;
    }
    Ok(())
}

/// Does the erases that are wanted, and says whether the journal moved.
fn erase(store: &mut Device) -> Result<bool, Error> {
    let mut moved = false;
    while let Some(sector) = store.wants_erase() {
        store.erase_step()?;
        defmt::info!("erase {=u32:#x}", sector.offset());
        for region in MAP.journal() {
            if sector.end() == region.end() {
                defmt::info!("move to {=u32:#x}", region.offset());
                moved = true;
            }
        }
    }
    Ok(moved)
}
