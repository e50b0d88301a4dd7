//! Names of models, as traces of real users and the price packages write them, and the price that each leads to:
//! each line of `names.tsv` was looked at by a person.

use pricing::PriceBook;

#[test]
fn each_name_leads_to_its_model_by_its_rule() {
    let book = PriceBook::bundled();
    let (mut names, mut wrong) = (0, vec![]);
    for line in include_str!("names.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let (provider, name) = (cells.next().unwrap(), cells.next().unwrap());
        let expected = cells.collect::<Vec<_>>().join("\t");
        let found = book.lookup(Some(provider).filter(|provider| !provider.is_empty()), name);
        let shown = match found {
            Some(found) => {
                let elsewhere = if found.elsewhere { "\telsewhere" } else { "" };
                let rule = serde_json::to_string(&found.rule).unwrap();
                let rule = rule.trim_matches('"');
                format!("{}\t{}\t{rule}{elsewhere}", found.price.provider, found.price.model)
            }
            None => "none".to_owned(),
        };
        names += 1;
        if shown != expected {
            wrong.push(format!("{provider}\t{name}\t{shown}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
    assert!(names >= 150, "{names}");
}
