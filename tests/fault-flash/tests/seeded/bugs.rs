const BUGS: &[Bug] = &[
    Bug {
        name: "header_first",
        file: "compaction.rs",
        text: "    contents.snapshot(flash, &mut |flash, change| write(flash, change, false))?;\n    write(flash, Change::Header(header), false)?;\n    write(flash, Change::Nothing, boot)?;\n",
        instead: "    write(flash, Change::Header(header), false)?;\n    write(flash, Change::Nothing, boot)?;\n    contents.snapshot(flash, &mut |flash, change| write(flash, change, false))?;\n",
    },
    Bug {
        name: "floor_before_confirm",
        file: "store.rs",
        text: "        self.happen(id, Event::Confirm)\n",
        instead: "        let mut floors = [crate::Floor { plugin: bank.image.plugin, security_version: 0 }; 4];\n\
                  floors[0].security_version = bank.image.security_version;\n\
                  self.commit(Change::Floors(floors))?;\n\
                  self.happen(id, Event::Confirm)\n",
    },
    Bug {
        name: "floor_with_trial",
        file: "ledger.rs",
        text: "            BankState::Opening => {\n",
        instead: "            BankState::Trial { .. } => self.raise(floor_of(&bank)),\n\
                  BankState::Opening => {\n",
    },
    Bug {
        name: "no_read_back",
        file: "journal.rs",
        text: "if Places::<F>::body(flash, offset) != Some(record) {",
        instead: "if false {",
    },
    Bug {
        name: "no_digest_of_flash",
        file: "store.rs",
        text: "        if !self.digest_ok(bank)? {",
        instead: "        if false {",
    },
    Bug {
        name: "mark_after_record",
        file: "journal.rs",
        text: "        write(flash, offset, mark)?;\n        if !",
        instead: "        self.doubtful = true;\n        write(flash, offset + Places::<F>::UNIT as u32, body)?;\n        write(flash, offset, mark)?;\n\
                  let body: &[u8] = &[];\n        if !",
    },
    Bug {
        name: "sub_stride_append",
        file: "journal.rs",
        text: "(Self::UNIT + Self::BODY) as u32;",
        instead: "(Self::UNIT + RECORD_BYTES) as u32;",
    },
    Bug {
        name: "last_record_not_settled",
        file: "recovery.rs",
        text: "        last: current.back,\n",
        instead: "        last: current.tail.map(|(place, _)| place),\n",
    },
    Bug {
        name: "doubt_not_settled",
        file: "journal.rs",
        text: "            back: self.last,\n",
        instead: "            back: place.checked_sub(1),\n",
    },
    Bug {
        name: "snapshot_without_floors",
        file: "ledger.rs",
        text: ".chain(floors)",
        instead: ".chain(floors.take(0))",
    },
    Bug {
        name: "snapshot_without_rejections",
        file: "ledger.rs",
        text: ".chain(rejections)",
        instead: ".chain(rejections.take(0))",
    },
    Bug {
        name: "older_journal",
        file: "recovery.rs",
        text: "(one, another) if one > another =>",
        instead: "(one, another) if one < another =>",
    },
    Bug {
        name: "sector_not_erased_again",
        file: "receive.rs",
        text: "            writable: offset,\n",
        instead: "            writable: offset.saturating_add(1024),\n",
    },
    Bug {
        name: "progress_before_bytes",
        file: "receive.rs",
        text: "Event::Progress { offset: written }",
        instead: "Event::Progress { offset: written + 1024 }",
    },
    Bug {
        name: "old_one_stays_confirmed",
        file: "ledger.rs",
        text: "                self.tell_others(id, bank.slot, Event::Replace);\n",
        instead: "",
    },
    Bug {
        name: "checksum_not_held",
        file: "record.rs",
        text: "            mend(checked, difference)?;",
        instead: "            let _ = mend(checked, difference);",
    },
    Bug {
        name: "region_not_erased",
        file: "recovery.rs",
        text: "        regions.erase(flash, region)?;\n        journal = ",
        instead: "        journal = ",
    },
    Bug {
        name: "erase_of_what_counts",
        file: "regions.rs",
        text: "if region == first { second } else { first }",
        instead: "if region == first { first } else { second }",
    },
    Bug {
        name: "rejected_again",
        file: "store.rs",
        text: "            return Err(Error::Rejected(rejection.reason));\n",
        instead: "            let _ = rejection;\n",
    },
    Bug {
        name: "trial_of_single_records",
        file: "store.rs",
        text: "        self.commit(Change::Try { since, set, banks })\n",
        instead: "        for id in (0..3).map(BankId).filter(|id| banks.contains(*id)) {\n\
                  let mut banks = BankSet::default();\n\
                  banks.insert(id);\n\
                  self.commit(Change::Try { since, set, banks })?;\n\
                  }\n\
                  Ok(())\n",
    },
    Bug {
        name: "others_stay_on_trial",
        file: "ledger.rs",
        text: "            _ => Event::Withdraw,\n",
        instead: "            _ => return,\n",
    },
    Bug {
        name: "keys_before_the_last",
        file: "keys.rs",
        text: "        if self.coming.len() < usize::from(part.count) || part.epoch <= self.epoch {",
        instead: "        if part.epoch <= self.epoch {",
    },
    Bug {
        name: "snapshot_without_keys",
        file: "ledger.rs",
        text: ".chain(keys)",
        instead: ".chain(keys.take(0))",
    },
    Bug {
        name: "rises_counted_again",
        file: "ledger.rs",
        text: ".chain(counts)",
        instead: ".chain(counts.filter(|_| false))",
    },
    Bug {
        name: "mark_not_read_back",
        file: "journal.rs",
        text: "        if !Places::<F>::is_marked(flash, offset) {",
        instead: "        if false {",
    },
];
