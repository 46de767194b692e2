# Français simple : le niveau d'une personne qui l'apprend depuis deux ans. L'impératif quand il faut agir.
# Les espaces insécables sont mises par le programme.

## Toutes les pages

site-note = Site indépendant, non officiel
colon = { $name } :
skip-content = Aller au contenu
nav-languages = Langues
nav-main = Pages du site
nav-method = Comment nous calculons
nav-status = État du service
banner-simulation = SIMULATION : ces données sont inventées pour un essai. Elles ne disent rien de la réalité.
banner-stale = Attention : la dernière observation publiée a plus d’un jour. Elle date du { $date }.
banner-empty = Aucune donnée pour l’instant. Les premiers chiffres viennent quelques heures après les premières observations.
footer-as-of = Chiffres arrêtés au { $date }, heure de Paris. Nous publions avec { $hours } h de retard, pour ne pas aider les revendeurs de rendez-vous.
footer-as-of-now = Chiffres arrêtés au { $date }, heure de Paris.
footer-no-tracking = Aucun cookie, aucun traceur.
footer-licence = Licence des données :
footer-download = Télécharger les données (GeoJSON) :
footer-sites = guichets
footer-departments = départements
footer-contact = Nous écrire :

## Formulaire

form-label = Votre situation
form-live = Vous habitez
form-choose = Choisir un département
form-come-for = Vous venez pour
form-other-data = Autres données
form-submit = Voir

## Accueil

home-title = Rendez-vous en préfecture : faut-il essayer ?
home-lead = Un robot regarde les pages de rendez-vous des préfectures. Ce site dit combien de fois il a vu un créneau libre. Choisissez votre département et votre démarche.

## États

state-open = Créneaux vus
state-full = Aucun créneau vu
state-too_little = Trop peu de données
state-unknown = Non observable
state-never = Jamais observé
legend-title = Légende
legend-open = assez de données, et notre robot a vu des créneaux
legend-full = assez de données, et toujours « complet » quand la page parlait de créneaux
legend-too_little = moins de 14 jours de données, ou moins de la moitié du temps couverte, ou prise de rendez-vous toujours fermée
legend-unknown = notre robot est passé, mais la page n’a rien dit (captcha, blocage, panne)
legend-never = pas de page connue, ou pas encore de passage

## Réponse

say-mostly-shut = { $when ->
    [both] Quand la page répondait, la prise de rendez-vous était le plus souvent fermée.
   *[on] La prise de rendez-vous était le plus souvent fermée.
  }
say-open-often = { $mostly ->
    [shut] Quand elle était ouverte, des créneaux étaient souvent visibles.
   *[other] Des créneaux étaient souvent visibles.
  }
say-open-sometimes = { $mostly ->
    [shut] Quand elle était ouverte, des créneaux étaient parfois visibles.
   *[other] Des créneaux étaient parfois visibles.
  }
say-open-rarely = { $mostly ->
    [shut] Quand elle était ouverte, des créneaux étaient rarement visibles.
   *[other] Des créneaux étaient rarement visibles.
  }
say-full = Aucun créneau vu.
say-too-little-open = Trop peu de données. Mais notre robot a vu des créneaux.
say-too-little-full = Trop peu de données. Aucun créneau vu pour l’instant.
say-too-little-shut = Quand la page répondait, la prise de rendez-vous était fermée.
say-unknown = Notre robot n’a rien pu voir.
say-never = Nous n’avons pas de données.
how-one-in = { $when ->
    [answered] Quand la page répondait, un
    [on] Quand la prise de rendez-vous était ouverte, un
    [both] Quand la page répondait et que la prise de rendez-vous était ouverte, un
   *[always] Un
  } créneau était visible environ 1 fois sur { $n }.
how-in-ten = { $when ->
    [answered] Quand la page répondait, un
    [on] Quand la prise de rendez-vous était ouverte, un
    [both] Quand la page répondait et que la prise de rendez-vous était ouverte, un
   *[always] Un
  } créneau était visible environ { $n } fois sur 10.
how-full = Sur { $all } passages prévus, la page a dit { $told } fois s’il y avait un créneau. La réponse était toujours non.
how-too-little = Nous avons trop peu de données pour dire si c’est fréquent.
how-shut = { $all ->
    [one] Un seul passage était prévu, et elle était fermée.
   *[other] Sur { $all } passages prévus, elle était fermée { $shut } fois.
  } Nous n’avons jamais vu de calendrier. Cela ne dit pas s’il y aura des créneaux.
how-unknown = Sur { $all } passages prévus, la page n’a jamais dit s’il y avait un créneau. Nous ne contournons pas les captchas. « Non observable » ne veut pas dire « complet ».
say-elsewhere = Selon nos sources, cette démarche passe par une autre voie.
other-pages = { $n ->
    [one] Mais nous connaissons une page
   *[other] Mais nous connaissons { $n } pages
  } de ce département dont nous ne savons pas la démarche.
other-pages-see = Voir ces pages
check-elsewhere = Notre robot ne peut rien observer sur cette voie. Elle peut avoir changé : vérifiez sur la page officielle.
how-never = Nous n’avons pas d’observation pour cette démarche dans ce département. Cela ne veut pas dire qu’il n’y a pas de créneau.
how-never-page = Notre robot n’a encore rien pu observer sur cette page. Cela ne veut pas dire qu’il n’y a pas de créneau.
seen-k-of-n = Créneau vu : { $k } fois sur { $n ->
    [one] { $n } passage où la page a dit oui ou non.
   *[other] { $n } passages où la page a dit oui ou non.
  }
share-with-interval = { $when ->
    [answered] Quand la page répondait :
    [on] Quand la prise de rendez-vous était ouverte :
    [both] Quand la page répondait et que la prise de rendez-vous était ouverte :
   *[always] Pendant cette période :
  } un créneau { $share } du temps, entre { $lo } et { $hi } (intervalle à 95 %).
looks-closed = Sur { $all } passages prévus, la prise de rendez-vous était fermée { $shut } fois.
share-provisional = Ce chiffre est provisoire : il a moins de 56 jours de données ou moins de 75 % du temps couvert.
bar-scale-none = jamais
bar-scale-always = toujours
old-data = Ces données sont anciennes. Elles s’arrêtent le { $date }, il y a { $days ->
    [one] { $days } jour
   *[other] { $days } jours
  }. La situation a peut-être changé.
pooled-over = { $n ->
    [one] Calculé sur { $n } page de rendez-vous.
   *[other] Calculé sur { $n } pages de rendez-vous ensemble.
  }

fact-period = Période
fact-period-value = du { $from } au { $to }
fact-age = Âge des données
fact-age-value = { $days ->
    [0] moins d’un jour
    [one] { $days } jour
   *[other] { $days } jours
  }
fact-coverage = Temps couvert
fact-unknown = Passages sans réponse
fact-last-observation = Dernier passage publié
fact-last-open = Dernier créneau vu
fact-no-open = aucun
fact-n-eff = Regards indépendants (n effectif)
fact-days = Jours observés
fact-if-unknown = Si les passages sans réponse comptaient
fact-if-unknown-value = entre { $lo } (tous complets) et { $hi } (tous ouverts)
fact-shut = Prise de rendez-vous fermée
fact-shut-value = { $shut } fois sur { $all }
fact-sources = Source des observations
source-sampler = notre robot
fact-reliability = Fiabilité
tier-none = trop peu de données
tier-provisional = provisoire
tier-ok = assez de données

answer-pages-in = Pages de rendez-vous de votre département
answer-none-known = Nous ne connaissons aucune page de rendez-vous pour cette démarche dans ce département. La démarche se fait peut-être sur le site de l’ANEF, par courriel ou par courrier. Lisez la page officielle.
answer-all-department = Toutes les démarches dans ce département
answer-official-procedure = Page officielle sur cette démarche
go-official = Aller sur la page officielle
see-target = Voir les détails et les heures
read-method = Comment nous calculons

next-title = Que faire ?
next-open = Ouvrez la page officielle et regardez plusieurs fois par jour.
next-full = Essayez quand même sur la page officielle. Essayez pendant plusieurs semaines différentes.
next-nothing = Regardez vous-même la page officielle. Lisez aussi le site de votre préfecture.
next-residence = Allez à la préfecture du département où vous habitez.
next-proof-title = Gardez une preuve de chaque essai
next-proof-1 = Faites une capture d’écran de toute la page. La date, l’heure et l’adresse de la page doivent être visibles.
next-proof-2 = Essayez pendant plusieurs semaines différentes. C’est ce que demande le Conseil d’État (10 juin 2020, n° 435594).
next-proof-3 = Écrivez aussi à la préfecture et gardez une copie.
next-proof-4 = Demandez de l’aide à une association ou à un avocat : un juge peut ordonner un rendez-vous.
next-proof-robot = Les passages de notre robot ne remplacent pas vos essais.

## Carte et tableau

map-title = La France, département par département
map-about = Démarche :
map-skip = Passer la carte, aller au tableau
map-overview = { $open } départements avec des créneaux vus, { $full } sans créneau vu, { $other } sans réponse sûre. Le tableau dit la même chose que la carte.
map-capital = Île-de-France
map-note = La carte sert d’information. Vous devez faire la demande dans votre département.
table-caption = Créneaux vus par département : { $procedure }
table-department = Département
table-state = État
table-pages = Pages avec données
table-pages-value = { $n } sur { $all }
table-seen = Créneau vu
table-share = Part du temps, quand la page disait oui ou non
table-closed = fermée { $shut } fois sur { $all }
table-unknown = Sans réponse
table-coverage = Temps couvert
table-last = Dernier passage
table-watch = Surveillance
table-interval = de { $lo } à { $hi }
table-passes = { $k } sur { $n }

## Surveillance

watch-watched = surveillée
watch-watched-since = surveillée depuis le { $date }
watch-wall = répond, mais un captcha cache les créneaux
watch-wall-since = répond depuis le { $date }, mais un captcha cache les créneaux
watch-off = pas lue : il faut un accord
watch-probation = pas encore essayée
watch-not_found_alive = pas trouvée active
watch-not_found_alive-cause = pas trouvée active : { $cause }
watch-paused = en pause
watch-retired = arrêtée
watch-historical = données anciennes seulement
watch-none = pas de page connue

cause-challenged = un captcha ou un contrôle anti-robot protège la page
cause-login_required = la page demande un compte
cause-refused = le site refuse les robots
cause-rate_limited = le site demande de ralentir
cause-overloaded = le site est surchargé ou en maintenance
cause-unreachable = le site ne répond pas
cause-gone = le lien n’existe plus
cause-unrecognised = la page a changé, nous ne la comprenons pas
cause-withheld = nous avons choisi de ne pas demander

## Voies

channel-booking_page = page de rendez-vous
channel-anef = en ligne sur l’ANEF, sans rendez-vous à prendre
channel-demarche_numerique = en ligne sur Démarche numérique, sans rendez-vous à prendre
channel-email = par courriel
channel-post = par courrier
channel-walk_in = sur place, sans rendez-vous
channel-unknown = nous ne savons pas
standing-watched = surveillée
standing-wall = un captcha cache les créneaux
standing-probation = pas encore essayée
standing-other_channel = non, il n’y a pas de créneaux sur cette voie
standing-not_found_alive = non, la page n’a pas été trouvée active
standing-not_asked = non, nous ne lisons pas cette page
standing-unknown = non, aucune page connue
way-national = partout en France ;
way-stated = en { $year }, selon
ways-title = Par quelle voie ?
ways-lead = Pour chaque démarche : la voie que nous connaissons, qui le dit, et si notre robot la surveille. Vérifiez toujours sur le site de votre préfecture.
ways-way = Voie
not-watched-because = Pas surveillé par notre robot :
because-wall = un captcha protège la page de rendez-vous. Nous ne le contournons pas. Nous savons seulement que la page répond.
because-probation = nous connaissons une page, mais le robot ne l’a pas encore essayée.
because-other_channel = cette démarche ne passe pas par une page de rendez-vous.
because-not_found_alive = la page que nous connaissons ne marche plus.
because-not_asked = nous connaissons une page, mais il faut un accord pour la lire.
go-way = Aller sur le site de la démarche
offices-title = Les lieux
offices-lead = La préfecture et les sous-préfectures du département. Un lieu peut ne pas recevoir les étrangers : vérifiez avant d’y aller.
office-serves = Pour les habitants de l’arrondissement de :

## Département

department-title = { $name } ({ $code })
department-lead = Toutes les pages de rendez-vous que nous connaissons dans ce département.
authority = Dans ce département, c’est { $who }.
department-nothing = Nous ne connaissons aucune page de rendez-vous dans ce département.
department-answer = Réponse pour ce département

## Guichet

target-desks = Cette page a { $all } guichets. Notre robot en demande { $asked } à chaque passage, à tour de rôle. Regardez-les tous : il peut y avoir plus de créneaux que ce chiffre ne dit.
target-week = La semaine, heure par heure
target-week-caption = Dans chaque case : créneau vu / passages où la page a dit oui ou non. Heure de { $town }.
target-week-hour = Heure
target-week-none = –  jamais observé
target-week-unknown = ? observé, mais la page n’a rien dit
target-week-shut = ∅ la page disait que la prise de rendez-vous est fermée
target-week-shading = Plus la couleur est forte, plus la part est grande. Une case avec peu de passages est peu sûre.
target-week-cell = { $share }, entre { $lo } et { $hi }
target-week-details = Les chiffres de chaque heure, avec leur intervalle à 95 %
target-wall = Un captcha protège cette page. Notre robot ne le contourne pas : il voit que la page répond, jamais les créneaux.
target-off = Notre robot ne lit pas cette page : il faudrait passer par une adresse interne, et nous attendons un accord.
target-page-source = Source de la page
target-page-seen = vue par cette source en { $year }
target-page-conflict = Les sources ne disent pas la même chose
target-site = Le lieu
target-site-kind = Type
target-site-department = Département
target-site-checked = Fiche vérifiée le
target-site-unchecked = jamais par une personne
target-site-source = Source de la fiche
target-unknown-site = Ce lieu n’est pas dans notre catalogue. Les données viennent d’un fichier importé.
target-figures = Les chiffres
kind-prefecture = préfecture
kind-sous_prefecture = sous-préfecture
kind-prefecture_de_police = préfecture de police
kind-centre = centre d’accueil
day-0 = lundi
day-1 = mardi
day-2 = mercredi
day-3 = jeudi
day-4 = vendredi
day-5 = samedi
day-6 = dimanche
day-short-0 = lun.
day-short-1 = mar.
day-short-2 = mer.
day-short-3 = jeu.
day-short-4 = ven.
day-short-5 = sam.
day-short-6 = dim.

## État du service

status-title = État du service
status-lead = Cette page dit ce que le robot arrive à lire, et ce qu’il ne comprend plus.
status-drift = Pages que nous ne comprenons plus
status-drift-about = Une page est ici quand le robot ne l’a pas comprise trois fois de suite. Elle a sans doute changé : une personne doit la regarder.
status-drift-none = Aucune en ce moment.
status-drift-times = { $times } fois de suite, depuis le { $since }.
status-later = Ce que la page montrait est publié avec le même retard que les chiffres.
status-markers = Ce que le robot a cherché
status-found = trouvé
status-not-found = pas trouvé
status-page-hash = Empreinte de la page (SHA-256)
status-watched = Pages de rendez-vous
status-covered = Départements et démarches
status-covered-about = Pour chaque département et chacune des cinq démarches principales : ce que nous savons.

## Méthode

method-title = Comment nous calculons
method-lead = Cette page explique d’où viennent les chiffres et ce qu’ils ne disent pas.
method-sampled-title = Ce que fait le robot
method-sampled = Le robot ouvre les pages publiques de rendez-vous des préfectures, à des moments tirés au hasard. Il lit seulement : il ne réserve jamais, ne se connecte pas, ne contourne pas les captchas. Il donne son nom, obéit au fichier robots.txt et attend longtemps entre deux passages.
method-k-title = « k sur n »
method-k = n est le nombre de passages où la page a répondu : soit elle montrait un créneau, soit elle disait « complet ». k est le nombre de passages où le robot a vu au moins un créneau. Les passages sans réponse et ceux où la prise de rendez-vous était fermée ne sont pas dans n : nous les comptons à part. La part du temps ne parle pas d’eux.
method-interval-title = L’intervalle
method-interval = Deux passages proches se ressemblent : mille passages ne valent pas mille essais indépendants. Nous groupons donc les passages par jour, nous pesons chaque passage par le temps qu’il représente (Hájek), nous mesurons la variance de long terme (cosinus à poids égaux ; Lazarus, Lewis, Stock et Watson, 2018), nous en tirons un nombre effectif de passages (Korn et Graubard, 1998), puis un intervalle de Clopper et Pearson à 95 %. L’intervalle parle de la période passée, pas de l’avenir.
method-unknown-title = « Sans réponse » n’est pas zéro
method-unknown = Un captcha, une panne ou une page inconnue ne disent rien. Ces passages sont des données manquantes : ils ne comptent ni comme « ouvert » ni comme « complet ». Nous montrons leur part, et les bornes de Manski : le résultat si tous avaient été complets, ou tous ouverts.
method-tiers-title = Quand nous disons « trop peu de données »
method-tiers = Moins de 14 jours observés ou moins de la moitié du temps couverte : trop peu. Moins de 56 jours ou moins de 75 % : provisoire. Cette règle dépend seulement du temps observé, jamais du résultat.
method-pooled-title = Le chiffre d’un département
method-pooled = Nous additionnons les passages de toutes ses pages pour une démarche, puis nous calculons. Nous ne faisons jamais la moyenne de pourcentages.
method-probation-title = À l’essai
method-probation = Un lien peut être mort. Une page que le robot n’a jamais reconnue est à l’essai et ne compte dans aucun chiffre.
method-delay-title = Le retard de publication
method-delay = Les chiffres ont au moins { $hours } h de retard et les moments sont arrondis à l’heure. Ce site n’annonce pas les créneaux en direct : cela aiderait les revendeurs.
method-delay-none = Sur cette installation, les chiffres sont publiés sans retard. Les moments sont arrondis à l’heure.
method-not-title = Ce que ces chiffres ne sont pas
method-not = Le passage d’un robot n’est pas votre essai : devant un juge, vos propres essais comptent. Les chiffres ne disent rien des demandes par l’ANEF, par courriel ou par courrier. Et le passé ne promet pas l’avenir.
method-licence-title = Licence et données
method-api = Données à télécharger et documentation :

## Erreurs

error-title = Cette page ne marche pas
error-not-found = Cette adresse n’existe pas ici. Vérifiez l’adresse, ou partez de la page d’accueil.
error-department = « { $value } » n’est pas un département que nous connaissons. Écrivez un numéro comme 01, 2A, 93 ou 974.
error-procedure = « { $value } » n’est pas une démarche que nous connaissons. Choisissez une démarche dans la liste.
error-target = Nous ne connaissons pas la page de rendez-vous « { $value } ».
error-unavailable = Les données ne peuvent pas être lues en ce moment. Essayez de nouveau dans quelques minutes.
error-method = Cette adresse se lit seulement (GET ou HEAD).
error-home = Page d’accueil
