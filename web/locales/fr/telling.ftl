# Ce que les chiffres veulent dire. Français simple ; pas de nombre sans son intervalle, sauf ce qui est compté.

tell-when = { $last ->
    [yes] Depuis le { $date }
   *[no] À partir du { $date }
  }
tell-change-rate = { $when }, { $how ->
    [begun] des créneaux ont commencé à apparaître
    [ended] nous n’avons plus vu de créneau apparaître
    [much_more] des créneaux apparaissent beaucoup plus souvent qu’avant
    [much_less] des créneaux apparaissent beaucoup moins souvent qu’avant
    [less] des créneaux apparaissent moins souvent qu’avant
   *[more] des créneaux apparaissent plus souvent qu’avant
  } (apparitions vues : { $before } en { $daysbefore ->
    [one] { $daysbefore } jour
   *[other] { $daysbefore } jours
  } avant, { $after } en { $daysafter ->
    [one] { $daysafter } jour
   *[other] { $daysafter } jours
  } { $last ->
    [yes] depuis
   *[no] après
  }).
tell-change-hours = { $when }, des créneaux apparaissent à d’autres heures qu’avant.
tell-change-hours-both = { $when }, des créneaux apparaissent { $now } ; avant, c’était { $then }.
tell-change-hours-lost = { $when }, des créneaux apparaissent sans heure fixe, autant que nous pouvons le voir ; avant, c’était { $then }.
tell-change-hours-unsure = { $when }, des créneaux apparaissent à d’autres heures ; nous ne savons pas encore lesquelles. Avant, c’était { $then }.
tell-change-hours-found = { $when }, des créneaux apparaissent { $now } ; avant, sans heure fixe, autant que nous pouvons le voir.
tell-change-hours-new = { $when }, des créneaux apparaissent { $now } ; avant, nous ne savons pas à quelles heures.
tell-closed = La prise de rendez-vous était fermée à { $shut ->
    [one] { $shut } passage
   *[other] { $shut } passages
  } sur { $looks }.
tell-since-gap = Entre le { $last } et le { $date }, personne n’a regardé ; la suite parle seulement du temps depuis.
tell-since-change = Les habitudes de la page ont changé. La suite parle donc seulement du temps depuis le { $date }.

tell-chance = Une personne qui regardait trois fois par jour (matin, midi, après-midi) pendant { $days ->
    [one] { $days } jour
   *[other] { $days } jours
  } aurait vu un créneau dans { $known ->
    [yes] { $p } des cas (entre { $lo } et { $hi }).
   *[no] { $hi } des cas au plus (intervalle à 95 %).
  }
tell-pooled-chance = Une personne qui regardait trois fois par jour (matin, midi, après-midi) pendant { $days ->
    [one] { $days } jour
   *[other] { $days } jours
  } { $desks ->
    [one] sur la seule page qui a assez de données
   *[other] sur une page prise au hasard parmi { $desks }
  } aurait vu un créneau dans { $known ->
    [yes] { $p } des cas (entre { $lo } et { $hi }).
   *[no] { $hi } des cas au plus (intervalle à 95 %).
  }
tell-half = La moitié de ces personnes aurait vu un créneau après environ { $days ->
    [one] { $days } jour
   *[other] { $days } jours
  } (entre { $lo } et { $hi } jours).
tell-half-exact = La moitié de ces personnes aurait vu un créneau après { $days ->
    [one] { $days } jour
   *[other] { $days } jours
  } (les données ne laissent pas d’autre nombre de jours).
tell-half-open = La moitié de ces personnes aurait vu un créneau après environ { $days ->
    [one] { $days } jour
   *[other] { $days } jours
  } (au moins { $lo } ; les données ne disent pas combien au plus).

tell-class-A = Voir un créneau de cette façon en { $days } jours, c’est réaliste (intervalle de la chance à 80 % : de { $lo } à { $hi }).
tell-class-AB = Voir un créneau de cette façon en { $days } jours, c’est réaliste ou incertain : les données ne disent pas lequel des deux (intervalle de la chance à 80 % : de { $lo } à { $hi }).
tell-class-B = Voir un créneau de cette façon en { $days } jours, c’est incertain (intervalle de la chance à 80 % : de { $lo } à { $hi }).
tell-class-BC = Voir un créneau de cette façon en { $days } jours, c’est incertain ou très peu probable : les données ne disent pas lequel des deux (intervalle de la chance à 80 % : de { $lo } à { $hi }).
tell-class-C = Voir un créneau de cette façon en { $days } jours, c’est très peu probable (intervalle de la chance à 80 % : de { $lo } à { $hi }).
tell-class-ABC = Les données ne disent pas s’il est réaliste de voir un créneau de cette façon en { $days } jours (intervalle de la chance à 80 % : de { $lo } à { $hi }).

tell-forecast = Et après ? Pour { $days ->
    [one] le jour qui suit
   *[other] les { $days } jours qui suivent
  } le { $date }, nous estimons la chance de voir un créneau, en regardant trois fois par jour, à { $p } (intervalle à 90 % : de { $lo } à { $hi }).

tell-openings = Des créneaux sont apparus { $how ->
    [seen] au moins { $lo } fois par semaine (sûr à 95 % ; combien de fois de plus, nos passages ne le disent pas).
    [least] au moins { $lo } fois par semaine (sûr à 95 %).
   *[known] environ { $rate } fois par semaine (entre { $lo } et { $hi }).
  } { $n ->
    [one] Nous l’avons vu { $n } fois.
   *[other] Nous l’avons vu { $n } fois.
  } { $how ->
    [known] Ce qui apparaît et disparaît entre deux passages est estimé.
   *[other] Ce qui apparaît et disparaît entre deux passages nous échappe.
  }
tell-lifetime = Des créneaux sont restés environ { $mean } en moyenne (entre { $lo } et { $hi }).
tell-lifetime-unknown = Nos passages ne disent pas combien de temps ils sont restés.
tell-minutes = { $n } min
tell-hours = { $n } h
tell-days = { $many ->
    [one] { $n } jour
   *[many] { $n } jours
  }
tell-persistence = Quand il y avait un créneau, il y en avait encore un { $minutes } minutes après dans { $s } des cas (entre { $lo } et { $hi } ; { $pairs ->
    [one] { $pairs } paire de passages
   *[other] { $pairs } paires de passages
  } sur { $days ->
    [one] { $days } jour
   *[other] { $days } jours
  }).

tell-release = Des créneaux apparaissent { $habit } (heure de { $town }) : { $lift } fois plus que par hasard (entre { $lo } et { $hi } ; { $n ->
    [one] vu { $n } fois
   *[other] vu { $n } fois
  } en { $dates ->
    [one] { $dates } jour
   *[other] { $dates } jours
  }).
tell-release-none = Nous n’avons trouvé aucune heure où des créneaux apparaissent plus souvent ({ $n ->
    [one] vu { $n } fois
   *[other] vu { $n } fois
  } en { $dates ->
    [one] { $dates } jour
   *[other] { $dates } jours
  }).
tell-habit = { $often ->
    [mostly] surtout { $window }
   *[more] plus souvent { $window }
  }
tell-window = { $day ->
    [0] le lundi entre { $from } et { $to }
    [1] le mardi entre { $from } et { $to }
    [2] le mercredi entre { $from } et { $to }
    [3] le jeudi entre { $from } et { $to }
    [4] le vendredi entre { $from } et { $to }
    [5] le samedi entre { $from } et { $to }
    [6] le dimanche entre { $from } et { $to }
   *[7] entre { $from } et { $to }, quel que soit le jour
  }
tell-midnight = minuit

tell-lead-time = Quand il y avait des créneaux, la première date était en général dans { $median } environ (entre { $lo } et { $hi } ; { $n ->
    [one] { $n } passage
   *[other] { $n } passages
  } en { $days ->
    [one] { $days } jour
   *[other] { $days } jours
  }).
tell-errors-near-open = Près des créneaux, la page répondait moins souvent qu’à d’autres moments. Nous avons donc peut-être manqué des créneaux.
tell-footing = Tout cela vient de { $looks ->
    [one] { $looks } passage prévu
   *[other] { $looks } passages prévus
  } du { $from } au { $to }, avec { $days ->
    [one] { $days } jour observé
   *[other] { $days } jours observés
  }.
tell-pooled-footing = Nous avons des données de { $all ->
    [one] la seule page que nous connaissons
   *[other] { $with } des { $all } pages que nous connaissons
  }, avec { $looks ->
    [one] { $looks } passage prévu
   *[other] { $looks } passages prévus
  } du { $from } au { $to }.
tell-between = « Entre » donne un intervalle à 95 %.

tell-too-little = Trop peu de données pour dire { $what } : { $amount }.
tell-and = { $first } et { $last }
tell-recipe-chance = la chance de voir un créneau
tell-recipe-class = si c’est réaliste
tell-recipe-forecast = ce qui vient après
tell-recipe-openings = si des créneaux apparaissent souvent
tell-recipe-persistence = si un créneau est encore là quelques minutes après
tell-recipe-release_pattern = à quelles heures des créneaux apparaissent
tell-recipe-changes = si les habitudes ont changé
tell-recipe-lead_time = si les dates sont loin
tell-recipe-cells = la chance à chaque heure de la semaine
tell-recipe-attempts = ce qu’un essai trouve
tell-needed-looks = { $have } sur { $need ->
    [one] { $need } passage
   *[other] { $need } passages
  }
tell-needed-told = { $have } sur { $need ->
    [one] { $need } passage où la page a dit oui ou non
   *[other] { $need } passages où la page a dit oui ou non
  }
tell-needed-days = { $have } sur { $need ->
    [one] { $need } jour
   *[other] { $need } jours
  }
tell-needed-observed_days = { $have } sur { $need ->
    [one] { $need } jour observé
   *[other] { $need } jours observés
  }
tell-needed-answered_days = { $have } sur { $need ->
    [one] { $need } jour où la page a répondu à deux de ces moments au moins : matin, midi, après-midi
   *[other] { $need } jours où la page a répondu à deux de ces moments au moins : matin, midi, après-midi
  }
tell-needed-timed_days = { $have } sur { $need ->
    [one] { $need } jour où nous aurions pu voir un créneau apparaître
   *[other] { $need } jours où nous aurions pu voir un créneau apparaître
  }
tell-needed-coverage = { $have } du temps couvert, il faut { $need }
tell-needed-cells = { $have } sur { $need ->
    [one] { $need } heure de la semaine vue pendant deux semaines
   *[other] { $need } heures de la semaine vues pendant deux semaines
  }
tell-needed-openings = { $have } sur { $need ->
    [one] { $need } apparition de créneau
   *[other] { $need } apparitions de créneaux
  }
tell-needed-opening_dates = { $have } sur { $need ->
    [one] { $need } jour où des créneaux sont apparus
   *[other] { $need } jours où des créneaux sont apparus
  }
tell-needed-pairs = { $have } sur { $need ->
    [one] { $need } paire de passages proches
   *[other] { $need } paires de passages proches
  }
tell-needed-lead_times = { $have } sur { $need ->
    [one] { $need } passage qui montrait la date d’un créneau
   *[other] { $need } passages qui montraient la date d’un créneau
  }
tell-needed-forecasts = { $have } sur { $need ->
    [one] { $need } prévision passée à vérifier
   *[other] { $need } prévisions passées à vérifier
  }
tell-needed-hosts = { $have } sur { $need ->
    [one] { $need } site dont nous avons des prévisions passées
   *[other] { $need } sites dont nous avons des prévisions passées
  }

## Page des prévisions passées

nav-audit = Nos prévisions passées
audit-title = Nos prévisions passées
audit-lead = Chaque semaine, nous aurions pu dire la chance de voir un créneau en regardant trois fois par jour. Voici ce que nous aurions dit, à côté de ce qui est arrivé. Nous publions cette page quoi qu’elle dise.
audit-none = Il n’y a encore rien ici. Nous n’avons pas encore vérifié nos prévisions : il faut d’abord plusieurs semaines d’observations.
audit-too-little = Nous avons essayé, mais il n’y avait pas assez de prévisions passées à vérifier.
audit-unread = Nous avons gardé ici une vérification que cette version ne sait pas lire.
audit-made = Vérifié le { $date }, avec les observations jusqu’au { $as_of }.
audit-how-title = Comment lire
audit-how-brier = Score de Brier : la distance moyenne, au carré, entre notre prévision et ce qu’une personne aurait vu. Plus petit, c’est mieux. Entre parenthèses : le score si on dit toujours la moyenne générale.
audit-how-skill = Gain : ce que nous faisons de mieux que toujours dire la moyenne générale. 0 % : pas mieux ; moins de 0 % : pire.
audit-how-ece = Écart : quand nous disions 30 %, était-ce 30 % ? C’est la distance moyenne entre les deux.
audit-how-coverage = Intervalle : la part de nos intervalles à 90 % qui contenaient ce qui est arrivé. Elle devrait être proche de 90 %.
audit-horizon = { $days ->
    [one] { $days } jour à l’avance
   *[other] { $days } jours à l’avance
  }
audit-cases = { $n ->
    [one] { $n } prévision passée
   *[other] { $n } prévisions passées
  }, sur { $hosts ->
    [one] { $hosts } site.
   *[other] { $hosts } sites.
  }
audit-few = C’est peu : ces chiffres sont très peu sûrs.
audit-brier = Score de Brier
audit-brier-value = { $brier } ({ $mean })
audit-skill = Gain
audit-skill-iid = Gain si chaque passage était indépendant
audit-ece = Écart
audit-coverage = Vérité dans les intervalles à 90 %
audit-coverage-none = trop peu de prévisions pour le dire
audit-width = Largeur moyenne de ces intervalles
audit-worse = Sur { $days ->
    [one] { $days } jour
   *[other] { $days } jours
  }, nos prévisions n’étaient pas meilleures que toujours dire la moyenne générale.
audit-better = Sur { $days ->
    [one] { $days } jour
   *[other] { $days } jours
  }, nos prévisions étaient meilleures que toujours dire la moyenne générale.
audit-bins = Ce que nous disions et ce qui est arrivé
audit-bins-said = Nous disions
audit-bins-mean = En moyenne
audit-bins-came = Ce qui est arrivé
audit-bins-n = Nombre
audit-history = Vérifications précédentes
audit-history-date = Vérifié le
audit-history-horizon = Jours à l’avance
france-line = Toute la France, { $procedure } :
target-telling = Ce que cela veut dire
