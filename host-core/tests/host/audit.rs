//! Every denial of every standard interface is on record: whose, of what, why, when and how often.

use corelet_host::abi::{Function, Status};
use corelet_host::capability::logging::{self, Level};
use corelet_host::capability::sensor;
use corelet_host::capability::storage;
use corelet_host::capability::{monotonic_clock, wall_clock};
use corelet_host::{AuditEntry, Denial, PluginId, PluginName, Session, Table};

use crate::board::{Board, TWO, record};

fn table() -> Table<Board> {
    Table::new()
        .with::<logging::Capability>()
        .with::<sensor::Capability>()
        .with::<storage::Capability>()
        .with::<monotonic_clock::Capability>()
        .with::<wall_clock::Capability>()
}

/// Calls `F` three times with an encoded request, later each time: what came of the last call, and all that the audit has.
fn thrice<F: Function>(
    grant: Option<&[u8]>,
    request: &[u8],
) -> (Result<(), Status>, Vec<AuditEntry>) {
    let mut table = table();
    let mut board = Board::default();
    let owner = PluginId::development("spy");
    board.store.insert((owner, "k".into()), vec![0]);
    let mut session = Session::new(TWO, PluginName::new("spy").unwrap(), owner);
    if let Some(grant) = grant {
        session.grant(&table, F::INTERFACE, grant, &[]).unwrap();
    }
    let entry = table.find(F::INTERFACE, F::NAME, Some(F::SHAPE)).unwrap();
    let mut response = vec![0; F::RESPONSE_MAX];
    let mut result = Ok(());
    for now in [10, 20, 30] {
        session.enter(now);
        let called = table.call(entry, &mut board, &mut session, request, &mut response);
        result = called.map(|_| ());
    }
    (result, table.audit().copied().collect())
}

#[track_caller]
fn on_record<F: Function>(audit: &[AuditEntry], denial: Denial) {
    let expected = AuditEntry {
        slot: TWO,
        plugin: PluginName::new("spy").unwrap(),
        interface: F::INTERFACE.split_once('@').unwrap().0,
        function: F::NAME,
        denial,
        time: 30,
        count: 3,
    };
    assert_eq!(audit, [expected], "{}", F::NAME);
}

#[test]
fn a_call_of_what_is_not_granted_is_on_record() {
    #[track_caller]
    fn is_denied<F: Function>() {
        let (result, audit) = thrice::<F>(None, &[]);
        assert_eq!(result, Err(Status::DENIED));
        on_record::<F>(&audit, Denial::NotGranted);
    }
    is_denied::<logging::functions::Log>();
    is_denied::<sensor::functions::Channels>();
    is_denied::<sensor::functions::Read>();
    is_denied::<storage::functions::Get>();
    is_denied::<storage::functions::Set>();
    is_denied::<storage::functions::Delete>();
    is_denied::<storage::functions::Exists>();
    is_denied::<storage::functions::ListKeys>();
    is_denied::<monotonic_clock::functions::Now>();
    is_denied::<monotonic_clock::functions::Resolution>();
    is_denied::<wall_clock::functions::Now>();
    is_denied::<wall_clock::functions::Resolution>();
}

#[test]
fn a_log_line_over_its_quota_is_on_record() {
    use logging::functions::Log;
    let line = record::<<Log as Function>::Request>(&(Level::Warn, "", "open"));
    for (bytes_per_minute, bytes_per_second) in [(Some(0), None), (None, Some(0))] {
        let grant = record::<logging::Grant>(&logging::Grant {
            bytes_per_minute,
            bytes_per_second,
        });
        let (result, audit) = thrice::<Log>(Some(&grant), &line);
        assert_eq!(result, Err(Status::QUOTA));
        on_record::<Log>(&audit, Denial::Quota);
    }
}

#[test]
fn a_reading_beyond_the_grant_is_on_record() {
    use sensor::functions::Read;
    let read = |channels: &[u8], reads_per_minute, reads_per_second| {
        let grant = record::<sensor::Grant<'static>>(&sensor::Grant {
            channels,
            reads_per_minute,
            reads_per_second,
        });
        thrice::<Read>(Some(&grant), &[1])
    };
    on_record::<Read>(&read(&[0, 7], None, None).1, Denial::Grant);
    on_record::<Read>(&thrice::<Read>(Some(&[]), &[1]).1, Denial::Grant);
    for (per_minute, per_second) in [(Some(0), None), (None, Some(0))] {
        let (result, audit) = read(&[1], per_minute, per_second);
        assert_eq!(result, Err(Status::QUOTA));
        on_record::<Read>(&audit, Denial::Quota);
    }
    assert_eq!(read(&[1], None, None), (Ok(()), vec![]));
}

#[test]
fn a_write_over_its_quota_is_on_record() {
    use storage::functions::{Delete, Set};
    let grant = |bytes, writes_per_day| {
        record::<storage::Grant>(&storage::Grant {
            bytes,
            writes_per_day,
        })
    };
    let set = record::<<Set as Function>::Request>(&("k", b"new"));
    let delete = record::<<Delete as Function>::Request>(&("k",));
    for grant in [grant(0, None), grant(100, Some(0)), vec![]] {
        let (_, audit) = thrice::<Set>(Some(&grant), &set);
        on_record::<Set>(&audit, Denial::Quota);
    }
    let (_, audit) = thrice::<Delete>(Some(&grant(100, Some(0))), &delete);
    on_record::<Delete>(&audit, Denial::Quota);
    assert_eq!(thrice::<Set>(Some(&grant(100, None)), &set).1, []);
}

#[test]
fn what_is_only_asked_for_and_not_there_is_no_denial() {
    use storage::functions::{Get, ListKeys};
    let get = record::<<Get as Function>::Request>(&("other",));
    assert_eq!(thrice::<Get>(Some(&[]), &get).1, []);
    assert_eq!(thrice::<ListKeys>(Some(&[]), &[0]).1, []);
}
