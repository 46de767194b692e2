# What the figures mean. Plain English; no number without its interval, except plain counts of what was seen.

tell-when = { $last ->
    [yes] Since { $date }
   *[no] From { $date } on
  }
tell-change-rate = { $when }, { $how ->
    [begun] slots have begun to appear
    [ended] we have seen no slot appear
    [much_more] slots appear much more often than before
    [much_less] slots appear much less often than before
    [less] slots appear less often than before
   *[more] slots appear more often than before
  } (seen to appear: { $before ->
    [one] once
   *[other] { $before } times
  } in { $daysbefore ->
    [one] one day
   *[other] { $daysbefore } days
  } before, { $after ->
    [one] once
   *[other] { $after } times
  } in { $daysafter ->
    [one] one day
   *[other] { $daysafter } days
  } { $last ->
    [yes] since
   *[no] after
  }).
tell-change-hours = { $when }, slots appear at other hours than before.
tell-change-hours-both = { $when }, slots appear { $now }; before, it was { $then }.
tell-change-hours-lost = { $when }, slots appear at no fixed hour that we could find; before, it was { $then }.
tell-change-hours-unsure = { $when }, slots appear at other hours; we do not know yet at which. Before, it was { $then }.
tell-change-hours-found = { $when }, slots appear { $now }; before, at no fixed hour that we could find.
tell-change-hours-new = { $when }, slots appear { $now }; we do not know the hours before.
tell-closed = Booking was closed at { $shut } of { $looks ->
    [one] { $looks } look.
   *[other] { $looks } looks.
  }
tell-since-gap = Between { $last } and { $date } nobody looked; what follows is about the time since.
tell-since-change = The page’s habits changed. So what follows is about the time since { $date } only.

tell-chance = Someone who looked three times a day (morning, noon, afternoon) for { $days ->
    [one] one day
   *[other] { $days } days
  } would have seen a slot in { $known ->
    [yes] { $p } of cases (between { $lo } and { $hi }).
   *[no] { $hi } of cases at most (95 % interval).
  }
tell-pooled-chance = Someone who looked three times a day (morning, noon, afternoon) for { $days ->
    [one] one day
   *[other] { $days } days
  } { $desks ->
    [one] at the only page with enough data
   *[other] at one of { $desks } pages, taken at random,
  } would have seen a slot in { $known ->
    [yes] { $p } of cases (between { $lo } and { $hi }).
   *[no] { $hi } of cases at most (95 % interval).
  }
tell-half = Half of these people would have seen a slot after about { $days ->
    [one] one day
   *[other] { $days } days
  } (between { $lo } and { $hi } days).
tell-half-exact = Half of these people would have seen a slot after { $days ->
    [one] one day
   *[other] { $days } days
  } (the data leave no other number of days).
tell-half-open = Half of these people would have seen a slot after about { $days ->
    [one] one day
   *[other] { $days } days
  } (at least { $lo }; the data do not tell how many at most).

tell-class-A = To see a slot this way within { $days } days is realistic (80 % interval of the chance: { $lo } to { $hi }).
tell-class-AB = To see a slot this way within { $days } days is realistic or uncertain: the data do not tell which of the two (80 % interval of the chance: { $lo } to { $hi }).
tell-class-B = To see a slot this way within { $days } days is uncertain (80 % interval of the chance: { $lo } to { $hi }).
tell-class-BC = To see a slot this way within { $days } days is uncertain or very unlikely: the data do not tell which of the two (80 % interval of the chance: { $lo } to { $hi }).
tell-class-C = To see a slot this way within { $days } days is very unlikely (80 % interval of the chance: { $lo } to { $hi }).
tell-class-ABC = The data do not tell whether it is realistic to see a slot this way within { $days } days (80 % interval of the chance: { $lo } to { $hi }).

tell-forecast = What comes next: for { $days ->
    [one] the day
   *[other] the { $days } days
  } after { $date }, we put the chance to see a slot with three looks a day at { $p } (90 % interval: { $lo } to { $hi }).

tell-openings = Slots appeared { $how ->
    [seen] at least { $lo } times a week (95 % sure; how much more often, our looks cannot tell).
    [least] at least { $lo } times a week (95 % sure).
   *[known] about { $rate } times a week (between { $lo } and { $hi }).
  } { $n ->
    [one] We saw it happen once.
   *[other] We saw it happen { $n } times.
  } { $how ->
    [known] What comes and goes between two looks is estimated.
   *[other] What comes and goes between two looks escapes us.
  }
tell-lifetime = Slots stayed for about { $mean } on average (between { $lo } and { $hi }).
tell-lifetime-unknown = Our looks cannot tell how long slots stayed.
tell-minutes = { $n } min
tell-hours = { $n } h
tell-days = { $many ->
    [one] { $n } day
   *[many] { $n } days
  }
tell-persistence = When there was a slot, there was still one { $minutes } minutes later in { $s } of cases (between { $lo } and { $hi }; { $pairs ->
    [one] one pair of looks
   *[other] { $pairs } pairs of looks
  } on { $days ->
    [one] one day
   *[other] { $days } days
  }).

tell-release = Slots appear { $habit } ({ $town } time): { $lift } times as often as by chance (between { $lo } and { $hi }; { $n ->
    [one] seen once
   *[other] seen { $n } times
  } on { $dates ->
    [one] one day
   *[other] { $dates } days
  }).
tell-release-none = We found no hour at which slots appear more often ({ $n ->
    [one] seen once
   *[other] seen { $n } times
  } on { $dates ->
    [one] one day
   *[other] { $dates } days
  }).
tell-habit = { $often ->
    [mostly] mostly { $window }
   *[more] more often { $window }
  }
tell-window = { $day ->
    [0] on Mondays between { $from } and { $to }
    [1] on Tuesdays between { $from } and { $to }
    [2] on Wednesdays between { $from } and { $to }
    [3] on Thursdays between { $from } and { $to }
    [4] on Fridays between { $from } and { $to }
    [5] on Saturdays between { $from } and { $to }
    [6] on Sundays between { $from } and { $to }
   *[7] between { $from } and { $to }, whatever the day
  }
tell-midnight = midnight

tell-lead-time = When there were slots, the first date was typically about { $median } away (between { $lo } and { $hi }; { $n ->
    [one] one look
   *[other] { $n } looks
  } on { $days ->
    [one] one day
   *[other] { $days } days
  }).
tell-errors-near-open = When slots were near, the page failed to answer more often than at other times. So we have perhaps missed slots.
tell-footing = All this stands on { $looks ->
    [one] one planned look
   *[other] { $looks } planned looks
  } from { $from } to { $to }, with { $days ->
    [one] one observed day
   *[other] { $days } observed days
  }.
tell-pooled-footing = We have data from { $all ->
    [one] the only page that we know
   *[other] { $with } of the { $all } pages that we know
  }, with { $looks ->
    [one] one planned look
   *[other] { $looks } planned looks
  } from { $from } to { $to }.
tell-between = “Between” gives a 95 % interval.

tell-too-little = Too little data to tell { $what }: { $amount }.
tell-and = { $first } and { $last }
tell-recipe-chance = the chance to see a slot
tell-recipe-class = whether it is realistic
tell-recipe-forecast = what comes next
tell-recipe-openings = how often slots appear
tell-recipe-persistence = whether a slot is still there some minutes later
tell-recipe-release_pattern = the hours at which slots appear
tell-recipe-changes = whether habits changed
tell-recipe-lead_time = how far away the dates are
tell-recipe-cells = the chance of each hour of the week
tell-recipe-attempts = what an attempt finds
tell-needed-looks = { $have } of { $need ->
    [one] { $need } look
   *[other] { $need } looks
  }
tell-needed-told = { $have } of { $need ->
    [one] { $need } look where the page said yes or no
   *[other] { $need } looks where the page said yes or no
  }
tell-needed-days = { $have } of { $need ->
    [one] { $need } day
   *[other] { $need } days
  }
tell-needed-observed_days = { $have } of { $need ->
    [one] { $need } observed day
   *[other] { $need } observed days
  }
tell-needed-answered_days = { $have } of { $need ->
    [one] { $need } day on which the page answered at two of these times at least: morning, noon, afternoon
   *[other] { $need } days on which the page answered at two of these times at least: morning, noon, afternoon
  }
tell-needed-timed_days = { $have } of { $need ->
    [one] { $need } day on which we could have seen a slot appear
   *[other] { $need } days on which we could have seen a slot appear
  }
tell-needed-coverage = { $have } of the time covered, { $need } needed
tell-needed-cells = { $have } of { $need ->
    [one] { $need } hour of the week seen in two weeks
   *[other] { $need } hours of the week seen in two weeks
  }
tell-needed-openings = { $have } of { $need ->
    [one] { $need } appearance of a slot
   *[other] { $need } appearances of slots
  }
tell-needed-opening_dates = { $have } of { $need ->
    [one] { $need } day on which slots appeared
   *[other] { $need } days on which slots appeared
  }
tell-needed-pairs = { $have } of { $need ->
    [one] { $need } pair of close looks
   *[other] { $need } pairs of close looks
  }
tell-needed-lead_times = { $have } of { $need ->
    [one] { $need } look that showed the date of a slot
   *[other] { $need } looks that showed the date of a slot
  }
tell-needed-forecasts = { $have } of { $need ->
    [one] { $need } past forecast that we could check
   *[other] { $need } past forecasts that we could check
  }
tell-needed-hosts = { $have } of { $need ->
    [one] { $need } site with past forecasts that we could check
   *[other] { $need } sites with past forecasts that we could check
  }

## Page of past forecasts

nav-audit = Our past forecasts
audit-title = Our past forecasts
audit-lead = Each week, we could have said how likely it is to see a slot with three looks a day. Here is what we would have said, next to what came. We publish this page whatever it says.
audit-none = There is nothing here yet. We have not checked our forecasts yet: it takes several weeks of observations first.
audit-too-little = We tried, but there were not enough past forecasts to check.
audit-unread = We kept a check here that this version cannot read.
audit-made = Checked on { $date }, with the observations up to { $as_of }.
audit-how-title = How to read this
audit-how-brier = Brier score: the mean squared distance between our forecast and what a person would have seen. Smaller is better. In brackets: the score of always saying the overall mean.
audit-how-skill = Skill: how much better we are than always saying the overall mean. 0 % is no better, less than 0 % is worse.
audit-how-ece = Distance: when we said 30 %, was it 30 %? The mean distance between both.
audit-how-coverage = Interval: of our 90 % intervals, this share held what came. It should be near 90 %.
audit-horizon = { $days ->
    [one] One day ahead
   *[other] { $days } days ahead
  }
audit-cases = { $n ->
    [one] One past forecast
   *[other] { $n } past forecasts
  }, from { $hosts ->
    [one] one site.
   *[other] { $hosts } sites.
  }
audit-few = That is few: these figures are very unsure.
audit-brier = Brier score
audit-brier-value = { $brier } ({ $mean })
audit-skill = Skill
audit-skill-iid = Skill of taking each look as independent
audit-ece = Distance
audit-coverage = Truth inside the 90 % intervals
audit-coverage-none = too few forecasts to tell
audit-width = Mean width of these intervals
audit-worse = Over { $days ->
    [one] one day
   *[other] { $days } days
  }, our forecasts were no better than always saying the overall mean.
audit-better = Over { $days ->
    [one] one day
   *[other] { $days } days
  }, our forecasts were better than always saying the overall mean.
audit-bins = What we said and what came
audit-bins-said = We said
audit-bins-mean = On average
audit-bins-came = What came
audit-bins-n = Number
audit-history = Earlier checks
audit-history-date = Checked on
audit-history-horizon = Days ahead
france-line = All of France, { $procedure }:
target-telling = What that means
