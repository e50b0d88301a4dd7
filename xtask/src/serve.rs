//! Serving the page on this machine while working on it.

use crate::shell::command;
use crate::{dist, setup, shell};
use std::net::TcpListener;

/// Builds, serves and builds again on each change, until it is stopped.
pub fn run(args: &[String]) -> Result<(), String> {
    let options = Options::parse(args)?;
    // Better now than after the build.
    if let Err(error) = TcpListener::bind(("127.0.0.1", options.port)) {
        return Err(format!("port {} cannot be used ({error}): choose another with --port N", options.port));
    }
    setup::for_build()?;
    let mut trunk = command("trunk");
    trunk.args(["serve", "--port", &options.port.to_string()]);
    if !options.dev {
        dist::with_wasm_opt()?;
        trunk.arg("--release");
    }
    println!(
        "\nTokenflame will be at http://127.0.0.1:{}/ once it is built. Ctrl+C stops it.\n",
        options.port
    );
    shell::run(&mut trunk)
}

#[derive(Debug, PartialEq)]
struct Options {
    port: u16,
    dev: bool,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self, String> {
        let mut options = Self { port: 8080, dev: false };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--dev" => options.dev = true,
                "--port" => {
                    let port = args.next().ok_or("`--port` needs a number after it, such as 8080")?;
                    options.port =
                        port.parse().map_err(|_| format!("`{port}` is no port: it takes 1 to 65535"))?;
                }
                other => return Err(format!("`serve` takes --port N and --dev, but was given `{other}`")),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options_have_defaults_and_say_what_is_wrong() {
        assert_eq!(parse(""), Ok(Options { port: 8080, dev: false }));
        assert_eq!(parse("--dev --port 9000"), Ok(Options { port: 9000, dev: true }));
        assert!(parse("--port").unwrap_err().contains("number"));
        assert!(parse("--port many").unwrap_err().contains("`many`"));
        assert!(parse("--prod").unwrap_err().contains("`--prod`"));
    }
}
