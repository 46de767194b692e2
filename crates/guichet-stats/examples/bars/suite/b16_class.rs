//! B16: sets of classes on a mixture of sites. What never enters: points.

use guichet_stats::{
    Interval,
    class::{Class, ClassSet, class},
    tries::{THREE_A_DAY, daily_success},
};

use super::{Bound, Size, Table, mixture, note, parallel, percent};

/// How often the true class is not in the set, and how often a single class is wrong.
pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    let sites = mixture::sites(size.pick(400, 60), seed);
    for weeks in size.pick(&[6, 8, 12, 26, 52][..], &[6, 12, 26][..]) {
        let sets: Vec<Option<(Class, ClassSet, bool)>> = parallel(sites.len(), |nth| {
            let known = &sites[nth];
            let truth = *Class::met_by(Interval { lo: known.fortnight, hi: known.fortnight }).first()?;
            let seen = known.site.observe(*weeks, seed + u64::from(*weeks) * 1000 + nth as u64);
            let desk = daily_success(&seen.evidence(), &THREE_A_DAY)?;
            // What a class by the share alone would say.
            let share = desk.mean(|_| 1.0)?;
            let by_share = 1.0 - (1.0 - share).powi(14);
            let is_wrong = Class::met_by(Interval { lo: by_share, hi: by_share }) != [truth];
            Some((truth, class(&[desk]).ok()?, is_wrong))
        });
        let told: Vec<_> = sets.iter().flatten().collect();
        let told_share = percent(sets.iter().map(Option::is_some));
        table.row(
            "B16",
            &format!("{weeks} weeks: sites with a set, %"),
            told_share,
            Bound::AtLeast(size.pick(97.0, 95.0)),
        );
        let wrong = percent(told.iter().map(|(truth, class, _)| !class.set.contains(truth)));
        table.row(
            "B16",
            &format!("{weeks} weeks: true class not in the set, %"),
            wrong,
            Bound::AtMost(size.pick(2.5, 5.0)),
        );
        let single = || told.iter().filter(|(_, class, _)| class.set.len() == 1);
        if single().next().is_some() {
            let wrong = percent(single().map(|(truth, class, _)| !class.set.contains(truth)));
            let most = Bound::AtMost(size.pick(4.0, 7.0));
            table.row("B16", &format!("{weeks} weeks: single class wrong, %"), wrong, most);
        }
        // Sets that always held all three classes would never be wrong.
        let least = match weeks {
            52 => 60.0,
            26 => size.pick(50.0, 35.0),
            _ => 0.0,
        };
        for n in 1..=3 {
            let what = format!("{weeks} weeks: sets of {n}, %");
            let share = percent(told.iter().map(|(_, class, _)| class.set.len() == n));
            if n == 1 && least > 0.0 {
                table.row("B16", &what, share, Bound::AtLeast(least));
            } else {
                note("B16", &what, share);
            }
        }
        let control = percent(told.iter().map(|(_, _, is_wrong)| *is_wrong));
        note("B16", &format!("{weeks} weeks: control: class by 1 - (1 - share)^14 wrong, %"), control);
    }
}
