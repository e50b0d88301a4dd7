use pricing::{Class, import};
use units::show;

use crate::{
    bill::per_million,
    protocol::{OwnPrice, OwnPrices},
    session::Session,
};

/// So many things that were not understood are told one by one.
const TOLD: usize = 5;

/// The user's own prices.
pub(crate) fn own_prices(session: &Session) -> OwnPrices {
    let own = session.bill.book().own();
    let prices = own.iter().map(|price| OwnPrice {
        model: price.model.to_string(),
        provider: price.provider.to_string(),
        rates: [Class::Input, Class::CacheRead, import::standard_write(&price.model), Class::Output]
            .map(|class| price.lanes.first()?.rates.get(class).map(per_million)),
        source: price.source.to_string(),
    });
    OwnPrices { prices: prices.collect(), list: import::export(own), notes: session.list_notes.clone() }
}

/// What to say of a list that was read.
pub(crate) fn import_notes(name: &str, imported: &import::Imported) -> Vec<String> {
    let count = show::int(imported.prices.len() as u64);
    let mut notes =
        vec![format!("{name}: {count} prices read; the list has the shape of {}.", imported.shape)];
    let problems = &imported.problems;
    notes.extend(problems.iter().take(TOLD).map(|(model, what)| format!("{model}: {what}.")));
    if problems.len() > TOLD {
        notes.push(format!("{} more were not understood.", show::int((problems.len() - TOLD) as u64)));
    }
    notes
}
