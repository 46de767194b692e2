# Plain English: short sentences for readers who may have learnt it as adults.

## Every page

site-note = Independent site, not official
colon = { $name }:
skip-content = Skip to content
nav-languages = Languages
nav-main = Pages of the site
nav-method = How we calculate
nav-status = State of the service
banner-simulation = SIMULATION: these data are made up for a test. They say nothing about the real world.
banner-stale = Warning: the last published observation is more than a day old. It was made on { $date }.
banner-empty = No data yet. The first figures appear a few hours after the first observations.
footer-as-of = Figures up to { $date }, Paris time. We publish { $hours } h late, so as not to help people who resell appointments.
footer-as-of-now = Figures up to { $date }, Paris time.
footer-no-tracking = No cookie, no tracker.
footer-licence = Licence of the data:
footer-download = Download the data (GeoJSON):
footer-sites = desks
footer-departments = departments
footer-contact = Write to us:

## Form

form-label = Your situation
form-live = You live in
form-choose = Choose a department
form-come-for = You come for
form-other-data = Other data
form-submit = Show

## Home

home-title = Prefecture appointments: is it worth trying?
home-lead = A robot looks at the booking pages of the French prefectures. This site says how often it saw a free slot. Choose your department and your procedure.

## States

state-open = Slots were seen
state-full = No slot seen
state-too_little = Too little data
state-unknown = Cannot be observed
state-never = Never observed
legend-title = Legend
legend-open = enough data, and our robot saw slots
legend-full = enough data, and always “full” when the page told about slots
legend-too_little = fewer than 14 days of data, or less than half of the time covered, or booking always closed
legend-unknown = our robot looked, but the page told nothing (CAPTCHA, block, failure)
legend-never = no page known, or not looked at yet

## Answer

say-mostly-shut = { $when ->
    [both] When the page answered, booking was mostly closed.
   *[on] Booking was mostly closed.
  }
say-open-often = { $mostly ->
    [shut] When it was open, slots were often visible.
   *[other] Slots were often visible.
  }
say-open-sometimes = { $mostly ->
    [shut] When it was open, slots were sometimes visible.
   *[other] Slots were sometimes visible.
  }
say-open-rarely = { $mostly ->
    [shut] When it was open, slots were rarely visible.
   *[other] Slots were rarely visible.
  }
say-full = No slot was seen.
say-too-little-open = Too little data. But our robot saw slots.
say-too-little-full = Too little data. No slot seen so far.
say-too-little-shut = When the page answered, booking was closed.
say-unknown = Our robot could not see anything.
say-never = We have no data.
how-one-in = { $when ->
    [answered] When the page answered, a
    [on] When booking was switched on, a
    [both] When the page answered and booking was switched on, a
   *[always] A
  } slot was visible about 1 time in { $n }.
how-in-ten = { $when ->
    [answered] When the page answered, a
    [on] When booking was switched on, a
    [both] When the page answered and booking was switched on, a
   *[always] A
  } slot was visible about { $n } times in 10.
how-full = Of { $all ->
    [one] { $all } planned look
   *[other] { $all } planned looks
  }, { $told } told whether there was a slot. The answer was always no.
how-too-little = We have too little data to say how often.
how-shut = { $all ->
    [one] One look was planned, and it found it closed.
   *[other] Of { $all } planned looks, { $shut } found it closed.
  } We never saw a calendar. This does not say whether there will be slots.
how-unknown = Of { $all ->
    [one] { $all } planned look
   *[other] { $all } planned looks
  }, none told whether there was a slot. We do not get around CAPTCHAs. “Cannot be observed” does not mean “full”.
say-elsewhere = According to our sources, this procedure goes another way.
other-pages = { $n ->
    [one] But we know one page
   *[other] But we know { $n } pages
  } of this department whose procedure we do not know.
other-pages-see = See these pages
check-elsewhere = Our robot cannot observe anything on that way. It may have changed: check on the official page.
how-never = We have no observation for this procedure in this department. This does not mean that there is no slot.
how-never-page = Our robot has not been able to observe anything on this page yet. This does not mean that there is no slot.
seen-k-of-n = Slot seen: { $k } of { $n ->
    [one] { $n } look where the page said yes or no.
   *[other] { $n } looks where the page said yes or no.
  }
share-with-interval = { $when ->
    [answered] When the page answered:
    [on] When booking was switched on:
    [both] When the page answered and booking was switched on:
   *[always] During this period:
  } a slot { $share } of the time, between { $lo } and { $hi } (95 % interval).
looks-closed = Of { $all } planned looks, { $shut } found booking closed.
share-provisional = This figure is provisional: it has fewer than 56 days of data, or less than 75 % of the time covered.
bar-scale-none = never
bar-scale-always = always
old-data = These data are old. They end on { $date }, { $days ->
    [one] { $days } day
   *[other] { $days } days
  } ago. Things may have changed.
pooled-over = { $n ->
    [one] Calculated on { $n } booking page.
   *[other] Calculated on { $n } booking pages together.
  }

fact-period = Period
fact-period-value = { $from } to { $to }
fact-age = Age of the data
fact-age-value = { $days ->
    [0] less than a day
    [one] { $days } day
   *[other] { $days } days
  }
fact-coverage = Time covered
fact-unknown = Looks without an answer
fact-last-observation = Last published look
fact-last-open = Last slot seen
fact-no-open = none
fact-n-eff = Independent looks (effective n)
fact-days = Days observed
fact-if-unknown = If looks without an answer counted
fact-if-unknown-value = between { $lo } (all full) and { $hi } (all open)
fact-shut = Booking closed
fact-shut-value = at { $shut } of { $all }
fact-sources = Source of the observations
source-sampler = our robot
fact-reliability = Reliability
tier-none = too little data
tier-provisional = provisional
tier-ok = enough data

answer-pages-in = Booking pages of your department
answer-none-known = We know no booking page for this procedure in this department. It may be done on the ANEF site, by e-mail or by post. Read the official page.
answer-all-department = All procedures in this department
answer-official-procedure = Official page about this procedure
go-official = Go to the official page
see-target = See details and hours
read-method = How we calculate

next-title = What to do?
next-open = Open the official page and look several times a day.
next-full = Try on the official page all the same. Try during several different weeks.
next-nothing = Look at the official page yourself. Read your prefecture’s site too.
next-residence = Go to the prefecture of the department where you live.
next-proof-title = Keep proof of each attempt
next-proof-1 = Take a screenshot of the whole page. The date, the hour and the address of the page must be visible.
next-proof-2 = Try during several different weeks. The Conseil d’État asks for this (10 June 2020, no. 435594).
next-proof-3 = Also write to the prefecture and keep a copy.
next-proof-4 = Ask an association or a lawyer for help: a judge can order an appointment.
next-proof-robot = Our robot’s looks do not replace your own attempts.

## Map and table

map-title = France, department by department
map-about = Procedure:
map-skip = Skip the map, go to the table
map-overview = { $open } departments where slots were seen, { $full } where none was seen, { $other } without a sure answer. The table says the same as the map.
map-capital = Île-de-France
map-note = The map is for information. You must apply in your own department.
table-caption = Slots seen by department: { $procedure }
table-department = Department
table-state = State
table-pages = Pages with data
table-pages-value = { $n } of { $all }
table-seen = Slot seen
table-share = Share of the time, when the page said yes or no
table-closed = closed at { $shut } of { $all }
table-unknown = No answer
table-coverage = Time covered
table-last = Last look
table-watch = Watch
table-interval = { $lo } to { $hi }
table-passes = { $k } of { $n }

## Watch

watch-watched = watched
watch-watched-since = watched since { $date }
watch-wall = answers, but a CAPTCHA hides the slots
watch-wall-since = answers since { $date }, but a CAPTCHA hides the slots
watch-off = not read: an agreement is needed
watch-probation = not tried yet
watch-not_found_alive = not found alive
watch-not_found_alive-cause = not found alive: { $cause }
watch-paused = paused
watch-retired = ended
watch-historical = historical data only
watch-none = no page known

cause-challenged = a CAPTCHA or a robot check protects the page
cause-login_required = the page asks for an account
cause-refused = the site refuses robots
cause-rate_limited = the site asks us to slow down
cause-overloaded = the site is overloaded or under maintenance
cause-unreachable = the site does not answer
cause-gone = the link no longer exists
cause-unrecognised = the page has changed and we do not understand it
cause-withheld = we chose not to ask

## Ways

channel-booking_page = booking page
channel-anef = online on ANEF, no appointment to book
channel-demarche_numerique = online on Démarche numérique, no appointment to book
channel-email = by e-mail
channel-post = by post
channel-walk_in = on the spot, without appointment
channel-unknown = we do not know
standing-watched = watched
standing-wall = a CAPTCHA hides the slots
standing-probation = not tried yet
standing-other_channel = no, this way has no slots
standing-not_found_alive = no, the page was not found alive
standing-not_asked = no, we do not read this page
standing-unknown = no, no page known
way-national = all over France;
way-stated = in { $year }, according to
ways-title = Which way?
ways-lead = For each procedure: the way that we know, who says so, and whether our robot watches it. Always check on your prefecture’s site.
ways-way = Way
not-watched-because = Not watched by our robot:
because-wall = a CAPTCHA protects the booking page. We do not get around it. We only know that the page answers.
because-probation = we know a page, but the robot has not tried it yet.
because-other_channel = this procedure does not use a booking page.
because-not_found_alive = the page that we know does not work any more.
because-not_asked = we know a page, but an agreement is needed to read it.
go-way = Go to the site of the procedure
offices-title = The places
offices-lead = The prefecture and the sub-prefectures of the department. A place may not receive foreigners: check before you go.
office-serves = For residents of the arrondissement of:

## Department

department-title = { $name } ({ $code })
department-lead = All the booking pages that we know in this department.
authority = In this department, it is { $who }.
department-nothing = We know no booking page in this department.
department-answer = Answer for this department

## Desk

target-desks = This page has { $all } desks. Our robot asks { $asked } of them at each look, in turns. Check them all: there may be more slots than this figure says.
target-week = The week, hour by hour
target-week-caption = In each cell: slot seen / looks where the page said yes or no. { $town } time.
target-week-hour = Hour
target-week-none = –  never observed
target-week-unknown = ? observed, but the page told nothing
target-week-shut = ∅ the page said that booking is closed
target-week-shading = The stronger the colour, the larger the share. A cell with few looks is unsure.
target-week-cell = { $share }, between { $lo } and { $hi }
target-week-details = The figures of each hour, with their 95 % interval
target-wall = A CAPTCHA protects this page. Our robot does not get around it: it sees that the page answers, never the slots.
target-off = Our robot does not read this page: it would need an internal address, and we wait for an agreement.
target-page-source = Source of the page
target-page-seen = seen by this source in { $year }
target-page-conflict = The sources do not agree
target-site = The place
target-site-kind = Kind
target-site-department = Department
target-site-checked = Record checked on
target-site-unchecked = never by a person
target-site-source = Source of the record
target-unknown-site = This place is not in our catalogue. The data come from an imported file.
target-figures = The figures
kind-prefecture = prefecture
kind-sous_prefecture = sub-prefecture
kind-prefecture_de_police = police prefecture
kind-centre = reception centre
day-0 = Monday
day-1 = Tuesday
day-2 = Wednesday
day-3 = Thursday
day-4 = Friday
day-5 = Saturday
day-6 = Sunday
day-short-0 = Mon
day-short-1 = Tue
day-short-2 = Wed
day-short-3 = Thu
day-short-4 = Fri
day-short-5 = Sat
day-short-6 = Sun

## State of the service

status-title = State of the service
status-lead = This page says what the robot can read, and what it no longer understands.
status-drift = Pages that we no longer understand
status-drift-about = A page is here when the robot did not understand it three times in a row. It has probably changed: a person should look.
status-drift-none = None at the moment.
status-drift-times = { $times } times in a row, since { $since }.
status-later = What the page showed is published as late as the figures.
status-markers = What the robot looked for
status-found = found
status-not-found = not found
status-page-hash = Fingerprint of the page (SHA-256)
status-watched = Booking pages
status-covered = Departments and procedures
status-covered-about = For each department and each of the five main procedures: what we know.

## Method

method-title = How we calculate
method-lead = This page explains where the figures come from and what they do not say.
method-sampled-title = What the robot does
method-sampled = The robot opens the public booking pages of the prefectures at random moments. It only reads: it never books, never logs in, never gets around a CAPTCHA. It gives its name, obeys the robots.txt file and waits a long time between two looks.
method-k-title = “k of n”
method-k = n is the number of looks where the page answered: it showed a slot, or it said “full”. k is the number of looks where the robot saw at least one slot. Looks without an answer, and looks that found booking closed, are not in n: we count them apart. The share of the time is not about them.
method-interval-title = The interval
method-interval = Two looks close together resemble each other: a thousand looks are not worth a thousand independent attempts. So we group the looks by day, weigh each look by the time that it stands for (Hájek), measure the long-run variance (equal-weighted cosines; Lazarus, Lewis, Stock and Watson, 2018), derive an effective number of looks (Korn and Graubard, 1998), and then a 95 % interval by Clopper and Pearson. The interval is about the past period, not about the future.
method-unknown-title = “No answer” is not zero
method-unknown = A CAPTCHA, a failure or a page that we do not know tells nothing. These looks are missing data: they count neither as “open” nor as “full”. We show their share, and Manski’s bounds: the result if all of them had been full, or all open.
method-tiers-title = When we say “too little data”
method-tiers = Fewer than 14 observed days or less than half of the time covered: too little. Fewer than 56 days or less than 75 %: provisional. The rule depends on the observed time only, never on the result.
method-pooled-title = The figure of a department
method-pooled = We add up the looks at all its pages for one procedure, then we calculate. We never average percentages.
method-probation-title = On probation
method-probation = A link may be dead. A page that the robot has never recognised is on probation and counts in no figure.
method-delay-title = The publishing delay
method-delay = Figures are at least { $hours } h late, and moments are rounded to the hour. This site does not announce slots live: that would help resellers.
method-delay-none = On this installation, figures are published without delay. Moments are rounded to the hour.
method-not-title = What these figures are not
method-not = A robot’s look is not your own attempt: before a judge, your own attempts count. The figures say nothing about applications through ANEF, by e-mail or by post. And the past does not promise the future.
method-licence-title = Licence and data
method-api = Data to download and documentation:

## Errors

error-title = This page does not work
error-not-found = This address does not exist here. Check the address, or start from the home page.
error-department = “{ $value }” is not a department that we know. Write a number such as 01, 2A, 93 or 974.
error-procedure = “{ $value }” is not a procedure that we know. Choose a procedure in the list.
error-target = We do not know the booking page “{ $value }”.
error-unavailable = The data cannot be read at the moment. Try again in a few minutes.
error-method = This address can only be read (GET or HEAD).
error-home = Home page
