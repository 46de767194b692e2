//! The bars with fewer repetitions and bounds that are wider but can still be missed.

#[path = "../examples/bars/suite/mod.rs"]
mod suite;

fn holds(name: &str) {
    assert!(
        suite::run(suite::Size::Short, &[name]),
        "{name} missed its bar; the table above says by how much"
    );
}

#[test]
fn formulas_give_the_reference_figures() {
    holds("B0");
}

#[test]
fn the_interval_of_the_share_holds_the_truth_as_often_as_it_says() {
    holds("B1");
}

#[test]
fn hours_that_are_looked_at_more_often_do_not_count_more() {
    holds("B2");
}

#[test]
fn the_chance_of_a_fortnight_lies_in_its_interval_as_often_as_it_says() {
    holds("B3");
}

#[test]
fn forecasts_of_real_calendars_are_skilful_and_calibrated() {
    holds("B4");
}

#[test]
fn conformal_intervals_hold_on_sources_that_did_not_teach_them() {
    holds("B5");
}

#[test]
fn openings_that_looks_miss_are_estimated_and_not_only_counted() {
    holds("B6");
}

#[test]
fn openings_of_real_calendars_are_estimated_better_than_counted() {
    holds("B7");
}

#[test]
fn whether_a_slot_is_still_there_is_told_without_bias() {
    holds("B8");
}

#[test]
fn shrunk_hours_of_the_week_are_nearer_to_the_truth_than_raw_ones() {
    holds("B11");
}

#[test]
fn shrunk_hours_of_the_week_foretell_real_calendars_better_than_raw_ones() {
    holds("B12");
}

#[test]
fn the_true_class_is_in_the_set() {
    holds("B16");
}

#[test]
fn bounds_hold_the_truth_when_openings_cause_errors() {
    holds("B17");
}

#[test]
fn exposure_is_elapsed_time_across_changes_of_the_clock() {
    holds("B19");
}

#[test]
fn release_hours_are_told_where_there_are_some_and_batches_are_no_pattern() {
    holds("B13");
}

#[test]
fn changes_of_rate_and_of_hours_are_found_and_seldom_invented() {
    holds("B14");
}
