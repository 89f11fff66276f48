use super::{Change, Verdict, parts, same};
use crate::model::{Contract, Interface, InterfaceId, World};

/// The worlds of the main packages, by name: their `init`, imports and exports.
pub(super) fn compare(changes: &mut Vec<Change>, old: &Contract, new: &Contract) {
    for world in new.main_worlds() {
        let subject = format!("world {}", world.name);
        let Some(before) = find(old, &world.name) else {
            changes.push(Change::new(subject, "added", Verdict::Compatible));
            continue;
        };
        let init = parts::of_functions((old, &old.init(before)), (new, &new.init(world)));
        changes.push(Change::of_parts(format!("{subject} `init`"), init));
        let sides = [
            (
                "import",
                &before.imports,
                &world.imports,
                Verdict::Compatible,
                Verdict::Breaking,
            ),
            (
                "export",
                &before.exports,
                &world.exports,
                Verdict::Breaking,
                Verdict::Compatible,
            ),
        ];
        for (verb, olds, news, added, removed) in sides {
            let (olds, news) = (interfaces(old, olds), interfaces(new, news));
            let lacks =
                |side: &[&Interface], interface: &Interface| same(side, interface).is_none();
            let subject = |interface: &Interface| format!("{subject} {verb} {}", interface.id());
            for interface in news.iter().filter(|interface| lacks(&olds, interface)) {
                changes.push(Change::new(subject(interface), "added", added));
            }
            for interface in olds.iter().filter(|interface| lacks(&news, interface)) {
                changes.push(Change::new(subject(interface), "removed", removed));
            }
        }
    }
    for world in old
        .main_worlds()
        .filter(|world| find(new, &world.name).is_none())
    {
        changes.push(Change::new(
            format!("world {}", world.name),
            "removed",
            Verdict::Breaking,
        ));
    }
}

fn find<'c>(contract: &'c Contract, name: &str) -> Option<&'c World> {
    contract.main_worlds().find(|world| world.name == name)
}

fn interfaces<'c>(contract: &'c Contract, ids: &[InterfaceId]) -> Vec<&'c Interface> {
    ids.iter().map(|id| contract.interface(*id)).collect()
}

impl Contract {
    /// Whether a world imports it.
    pub(super) fn imports(&self, interface: &Interface) -> bool {
        self.is_in(interface, |world| &world.imports)
    }

    /// Whether a world exports it.
    pub(super) fn exports(&self, interface: &Interface) -> bool {
        self.is_in(interface, |world| &world.exports)
    }

    fn is_in(&self, interface: &Interface, side: impl Fn(&World) -> &Vec<InterfaceId>) -> bool {
        let id = interface.id();
        self.main_worlds().any(|world| {
            side(world)
                .iter()
                .any(|other| self.interface(*other).id() == id)
        })
    }
}
