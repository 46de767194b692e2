//! What is not documented does not exist: commands, options, configuration keys, endpoints, causes.

use std::{collections::BTreeSet, fs, process::Output};

use guichet_model::{Cause, Outcome, SiteId, TargetId};

use crate::harness::{copy_folder, guichet, root, run, text};

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

/// The targets, and their sites, that ship.
fn shipped() -> BTreeSet<String> {
    let output = guichet().args(["sites", "--json", "--data"]).arg(root().join("data")).output().unwrap();
    let targets: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let ids = targets.as_array().unwrap().iter().map(|target| target["target"].as_str().unwrap().to_owned());
    ids.collect()
}

/// The words of a text that are the id of a target.
fn targets_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || "`,;()".contains(c))
        .filter(|word| word.parse::<TargetId>().is_ok())
}

#[test]
fn every_target_of_an_example_in_the_help_ships() {
    let shipped = shipped();
    let mut found = 0;
    for command in commands() {
        let help = help(&[&command, "--help"]);
        let examples = help.split("Example").nth(1).unwrap();
        for word in examples.split_whitespace() {
            let is_there = if word.parse::<TargetId>().is_ok() {
                shipped.contains(word)
            } else if word.parse::<SiteId>().is_ok() {
                shipped.iter().any(|target| target.split('/').next() == Some(word))
            } else {
                continue;
            };
            assert!(is_there, "`guichet {command} --help` names `{word}`, which is not in data/");
            found += 1;
        }
    }
    assert!(found >= 6, "only {found} ids found");
}

#[test]
fn every_target_of_a_command_in_the_documents_ships_or_is_added_there() {
    let shipped = shipped();
    let mut found = 0;
    for path in documents() {
        let text = read(&path);
        let added = added_targets(&text);
        for line in text.lines() {
            let commands = ["probe", "stats", "replay"].map(|name| format!("guichet {name} "));
            if commands.iter().any(|command| line.contains(command)) {
                for target in targets_in(line) {
                    let is_there = shipped.contains(target) || added.iter().any(|added| added == target);
                    assert!(is_there, "{path} asks of `{target}`, which is neither in data/ nor added there");
                    found += 1;
                }
            }
        }
    }
    assert!(found >= 2, "only {found} commands found");
}

/// README.md and what lies in docs/.
fn documents() -> Vec<String> {
    let docs = fs::read_dir(root().join("docs")).unwrap();
    let docs = docs.map(|entry| format!("docs/{}", entry.unwrap().file_name().to_str().unwrap()));
    docs.chain(["README.md".to_owned()]).collect()
}

/// What a guide prints for writing into a file of `data/`: the file, which it names last before, and the text.
fn blocks_of_data(guide: &str) -> Vec<(&str, &str)> {
    let mut file = None;
    let mut blocks = Vec::new();
    for (at, part) in guide.split("```").enumerate() {
        if at % 2 == 0 {
            let is_file = |word: &&str| {
                word.starts_with("data/") && !word.contains('<') && word.strip_suffix(".toml").is_some()
            };
            file = part.split('`').rfind(is_file).or(file);
        } else if let (Some(block), Some(file)) = (part.strip_prefix("toml\n"), file) {
            blocks.push((file, block));
        }
    }
    blocks
}

/// The ids of the targets that a guide adds.
fn added_targets(guide: &str) -> Vec<String> {
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
        line.split('"').next().map(str::to_owned)
    };
    let id = |(file, block): (&str, &str)| {
        let site = file.strip_prefix("data/sites/")?.strip_suffix(".toml")?;
        let procedure = block.starts_with("[[target]]").then(|| value(block, "procedure"))??;
        let key = value(block, "key").map_or(String::new(), |key| format!("/{key}"));
        Some(format!("{site}/{procedure}{key}"))
    };
    blocks_of_data(guide).into_iter().filter_map(id).collect()
}

#[test]
fn whoever_types_the_guide_to_adding_a_site_word_for_word_has_no_problem() {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&root().join("data"), &folder.path().join("data"));
    let guide = read("docs/adding-a-site.md");
    let blocks = blocks_of_data(&guide);
    assert_eq!(blocks.len(), 3, "{blocks:?}");
    for (file, block) in &blocks {
        let path = folder.path().join(file);
        let before = fs::read_to_string(&path).unwrap_or_default();
        // Whoever follows the guide in earnest has typed it already.
        if !before.contains(block) {
            fs::write(&path, format!("{before}\n{block}")).unwrap();
        }
    }
    let check = run(&["check"], folder.path());
    assert_eq!(check.status.code(), Some(0), "{}", text(&check.stdout));
    let sites = text(&run(&["sites"], folder.path()).stdout);
    let added = added_targets(&guide);
    assert!(!added.is_empty() && added.iter().all(|id| sites.contains(&format!("{id} "))), "{added:?}");
}
