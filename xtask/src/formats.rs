//! `formats` writes the list of formats; `new-format` begins a reader.

use std::fs;

use crate::shell::{cargo, root, run};

const READERS: &str = "crates/formats/src/readers.rs";

/// Writes `docs/formats.md` anew.
pub fn write() -> Result<(), String> {
    run(cargo("test --quiet -p tokenflame-formats --test document").env("TOKENFLAME_WRITE", "1"))
}

/// Makes the reader of a new format, its folder of fixtures and its lines in the registry, all of them working.
pub fn begin(args: &[String]) -> Result<(), String> {
    let [name] = args else {
        return Err("say the format's key, as in `cargo xtask new-format my-gateway`".to_owned());
    };
    let sound = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.split('-').all(|word| !word.is_empty())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !sound {
        return Err(format!(
            "`{name}` is no key: lower-case letters, digits and single hyphens, a letter first"
        ));
    }
    let module = name.replace('-', "_");
    let [reader, fixtures] =
        [format!("crates/formats/src/readers/{module}.rs"), format!("tests/fixtures/{name}")];
    if let Some(there) = [&reader, &fixtures].into_iter().find(|path| root().join(path).exists()) {
        return Err(format!("{there} exists already"));
    }
    let (type_name, words) = (camel(name), name.replace('-', " "));
    let named = |text: &str| {
        text.replace("Skeleton", &type_name)
            .replace("\"skeleton\"", &format!("\"{name}\""))
            .replace("skeleton", &words)
    };

    let skeleton = read("crates/formats/src/readers/skeleton.rs")?;
    let code = skeleton.split("\n#[cfg(test)]").next().unwrap_or_default();
    let code = code.replace(" `cargo xtask new-format` begins a reader with a copy of this file.", "");
    let registry = register(&read(READERS)?, &module, &type_name)?;
    let sample = named(&read("crates/formats/src/readers/skeleton.jsonl")?);

    fs::create_dir_all(root().join(&fixtures)).map_err(|error| format!("{fixtures}: {error}"))?;
    for (path, text) in [
        (reader.clone(), named(&code)),
        (format!("{fixtures}/sample.jsonl"), sample),
        (format!("{fixtures}/SOURCES.md"), SOURCES.replace("NAME", name)),
        (format!("{fixtures}/figures.json"), FIGURES.to_owned()),
        (READERS.to_owned(), registry),
    ] {
        fs::write(root().join(&path), text).map_err(|error| format!("{path}: {error}"))?;
        println!("wrote {path}");
    }
    run(&mut cargo("fmt -p tokenflame-formats"))?;
    write()?;
    println!(
        "\nThe reader works on its sample. Now:\n\
         1. put real files into {fixtures}, say in SOURCES.md where they are from, and in figures.json what they \
         must give, worked out by other means;\n\
         2. make {reader} read them: `cargo nextest run -p tokenflame-formats`;\n\
         3. `cargo xtask formats` writes the list of formats anew."
    );
    Ok(())
}

/// The registry with a module and a format more.
fn register(registry: &str, module: &str, type_name: &str) -> Result<String, String> {
    let (mods, list) = ("\nuse crate::Format;", "\n];");
    if !registry.contains(mods) || !registry.contains(list) {
        return Err(format!("{READERS} does not look as expected: add the format by hand"));
    }
    // rustfmt puts the module in its place.
    Ok(registry.replacen(mods, &format!("mod {module};\n{mods}"), 1).replacen(
        list,
        &format!("\n    &{module}::{type_name},{list}"),
        1,
    ))
}

fn camel(name: &str) -> String {
    let word = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    name.split('-').map(word).collect()
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))
}

const SOURCES: &str = "\
# Sources: NAME

| file | source | licence | what |
| --- | --- | --- | --- |
| sample.jsonl | made by `cargo xtask new-format`; replace it | this project's | two requests, one of them told twice |
";

const FIGURES: &str = r#"{
  "sample.jsonl": {
    "read": 3,
    "merged": 1,
    "requests": 2,
    "errors": 1,
    "input": 1200,
    "cache_read": 1024,
    "output": 50,
    "duration_ms": 1580,
    "ttft_ms": 400,
    "cost_usd": "0.00222"
  }
}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_takes_a_line_for_the_module_and_one_for_the_format() {
        let grown = register(&read(READERS).unwrap(), "my_gateway", &camel("my-gateway")).unwrap();
        assert_eq!(grown.matches("mod my_gateway;\n").count(), 1);
        assert!(grown.contains("    &my_gateway::MyGateway,\n];"));
    }
}
