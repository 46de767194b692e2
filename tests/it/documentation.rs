//! What is not documented does not exist: commands, options, configuration keys, endpoints, causes.

use std::{fs, process::Output};

use guichet_model::{Cause, Outcome};

use crate::harness::{guichet, root, text};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn help(arguments: &[&str]) -> String {
    let Output { stdout, .. } = guichet().args(arguments).output().unwrap();
    text(&stdout)
}

/// The commands that `guichet --help` lists.
fn commands() -> Vec<String> {
    let help = help(&["--help"]);
    let list = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_is_in_the_readme_and_its_help_has_an_example() {
    let readme = read("README.md");
    let commands = commands();
    assert!(commands.len() >= 9, "{commands:?}");
    for command in commands {
        assert!(
            readme.contains(&format!("`guichet {command}")),
            "README.md does not name `guichet {command}`"
        );
        let help = help(&[&command, "--help"]);
        assert!(help.contains("Example"), "`guichet {command} --help` has no example:\n{help}");
    }
}

#[test]
fn every_command_of_the_readme_exists() {
    let commands = commands();
    for line in read("README.md").lines().filter(|line| line.starts_with("| `guichet ")) {
        let name = line.trim_start_matches("| `guichet ").split([' ', '`']).next().unwrap();
        assert!(commands.iter().any(|command| command == name), "README.md names `guichet {name}`");
    }
}

#[test]
fn the_readme_tells_how_far_departments_are_covered() {
    let data = root().join("data");
    let folder = tempfile::tempdir().unwrap();
    let output = guichet()
        .args(["sites", "--coverage", "--data", data.to_str().unwrap()])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let printed = text(&output.stdout);
    let totals: Vec<&str> = printed.rsplit("\n\n").next().unwrap().lines().collect();
    assert_eq!(totals.len(), 4, "{printed}");
    let readme = read("README.md");
    for line in totals {
        assert!(readme.contains(&format!("    {line}\n")), "README.md does not say: {line}");
    }
}

#[test]
fn every_platform_is_in_the_documents() {
    for path in ["docs/method.md", "docs/adding-a-site.md", "README.md"] {
        let text = read(path);
        for platform in guichet_platforms::PLATFORMS {
            assert!(text.contains(&format!("`{}`", platform.name())), "{path}: {}", platform.name());
        }
    }
}

#[test]
fn every_cause_and_outcome_is_explained() {
    let method = read("docs/method.md");
    let causes = Cause::ALL.map(|(_, word)| word);
    for word in causes.into_iter().chain(Outcome::WORDS) {
        assert!(method.contains(&format!("| `{word}` |")), "docs/method.md does not explain `{word}`");
    }
}

#[test]
fn every_configuration_key_is_explained() {
    let operations = read("docs/operations.md");
    let mut table = String::new();
    let mut keys = 0;
    for line in read("deploy/guichet.example.toml").lines() {
        if let Some(name) = line.strip_prefix('[') {
            table = format!("{}.", name.trim_end_matches(']'));
        } else if let Some(key) = line.strip_prefix("#: ") {
            let key = format!("`{table}{}`", key.split(' ').next().unwrap());
            assert!(operations.contains(&key), "docs/operations.md does not name {key}");
            keys += 1;
        }
    }
    assert!(keys >= 9, "only {keys} keys found");
}

#[test]
fn every_endpoint_is_in_the_api_document() {
    let api = read("docs/api.md");
    for (path, _) in guichet_web::ROUTES {
        assert!(api.contains(&format!("`{path}`")), "docs/api.md does not name `{path}`");
    }
}

#[test]
fn the_architecture_fits_on_two_hundred_lines() {
    assert!(read("ARCHITECTURE.md").lines().count() <= 200);
}
