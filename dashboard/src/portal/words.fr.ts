import { isolating } from "@gatehouse/shared";
import { rich } from "../language/rich.js";
import type { PortalWords } from "./words.en.js";

/** Set as in Canada: a no-break space before a colon and inside guillemets, none before ; ? and !. */
export const portalWordsInFrench: PortalWords = isolating({
  language: "Langue",
  pages: "Pages",
  requests: "Demandes",
  account: "Compte",
  signOut: "Se déconnecter",
  otherWays: "Autres façons de se connecter",
  toSignIn: "Aller à la connexion",
  backToSignIn: "Retour à la connexion",
  askForLink: "Demander un nouveau lien",
  checkMail: "Consultez vos courriels",
  chooseNewPassword: "Choisir un nouveau mot de passe",
  signedOut: "Vous n’êtes plus en session.",

  closed: "Ce portail est fermé",
  closedWhy: (firm) =>
    `Ce portail de ${firm} est fermé pour le moment, et personne ne peut s’y connecter. Rien n’a été supprimé. Veuillez vous adresser à ${firm}.`,
  unknownAddress: "Adresse inconnue",
  unknownAddressWhy:
    "Il n’y a pas de portail client à cette adresse. Vérifiez l’adresse, ou ouvrez de nouveau le lien dans le courriel de votre cabinet.",
  noPage: "Cette page n’existe pas",
  noPageWhy: (firm) => `Ouvrez de nouveau le lien dans le courriel envoyé par ${firm}.`,

  signIn: {
    title: "Connexion",
    forgot: "Mot de passe oublié?",
    noAccount: "Pas encore de compte? Créez-en un",
    hasEnded: "Votre session a pris fin. Connectez-vous de nouveau pour continuer.",
    twoFactorSoon: (day) =>
      rich`À compter du ${day}, il vous faudra aussi un code de votre téléphone pour vous connecter ici. Vous pouvez configurer cette étape dès aujourd’hui : connectez-vous, puis choisissez « La configurer ».`,
    linksOnly: "Ouvrez le lien dans votre courriel",
    linksOnlyWhy: (firm) =>
      `${firm} n’utilise pas de mots de passe. Chaque demande vient avec son propre lien : ouvrez le plus récent courriel de ${firm} et cliquez sur le lien qu’il contient.`,
  },
  requestMail: {
    account: {
      title: "Créez votre compte",
      intro: "Entrez l’adresse courriel à laquelle le cabinet vous écrit. Nous vous enverrons un lien pour continuer.",
      button: "M’envoyer le lien",
      sent: "Si nous avons cette adresse au dossier et qu’elle n’a pas encore de compte, un lien est en route.",
    },
    password: {
      title: "Choisissez un nouveau mot de passe",
      intro: "Entrez votre adresse courriel. Nous vous enverrons un lien pour choisir un nouveau mot de passe.",
      button: "M’envoyer le lien",
      sent: "S’il existe un compte avec cette adresse, un lien est en route.",
    },
    goesTo: (email) => rich`Vous avez entré ${email}.`,
    nothingCame: (firm) =>
      `Rien après quelques minutes? Vérifiez vos courriels indésirables, ou communiquez avec ${firm}.`,
    otherAddress: "Utiliser une autre adresse",
  },
  mailedLink: {
    looking: "Vérification de votre lien",
    dead: "Ce lien ne fonctionne plus",
    deadWhy:
      "Il est expiré ou a déjà été utilisé. Si vous avez actualisé cette page, ouvrez de nouveau le lien dans votre courriel.",
  },
  createAccount: {
    title: "Créez votre compte",
    button: "Créer le compte",
    intro: (forWhom) =>
      `Ce compte est pour ${forWhom}. Choisissez un mot de passe; vous l’utiliserez avec cette adresse courriel pour vous connecter.`,
    yourAddress: "votre adresse courriel",
  },
  resetPassword: {
    intro: (email) => `Pour ${email}. Vos autres appareils seront déconnectés.`,
    button: "Enregistrer le nouveau mot de passe",
    done: "Votre nouveau mot de passe est enregistré",
  },
  confirmEmail: {
    done: "Votre adresse courriel est confirmée",
    doneWhy: "Utilisez désormais la nouvelle adresse pour vous connecter.",
    title: "Confirmez votre nouvelle adresse courriel",
    intro: (email) => rich`Vous vous connecterez désormais avec ${email}.`,
    button: "Confirmer cette adresse",
  },
  notMe: {
    title: "Ce n’était pas moi",
    intro: (email, firm) =>
      rich`Un courriel envoyé à ${email} vous a-t-il signalé une modification que vous n’avez pas faite? Un clic déconnecte tous les appareils, bloque le mot de passe du compte client et avertit ${firm}.`,
    button: "Ce n’était pas moi : tout déconnecter",
    done: "Tous les appareils sont déconnectés",
    doneWhy: (firm) =>
      `Nous avons averti le cabinet. Si vous avez un compte client, nous vous avons envoyé par courriel un lien pour choisir un nouveau mot de passe; choisissez-en un que vous n’utilisez nulle part ailleurs. Si vous ne pouvez pas vous connecter ensuite, appelez ${firm} à un numéro de téléphone que vous connaissez.`,
  },
  magicLink: {
    codeToo: "Vous avez configuré l’authentification à deux facteurs; ce lien la demande donc aussi.",
    signInFirst: "Connectez-vous d’abord",
    signInFirstWhy: (firm, email) =>
      rich`${firm} exige l’authentification à deux facteurs. Connectez-vous avec ${email} pour la configurer; la demande s’ouvrira ensuite.`,
    unknown: "Ce lien n’est pas valide",
    unknownWhy: (firm) =>
      `Il en manque peut-être une partie. Ouvrez-le de nouveau à partir du courriel, ou demandez-en un nouveau à ${firm}.`,
    opensHere: (firm, email) => rich`${firm} a envoyé cette demande à ${email}. Elle s’ouvre sur cet appareil.`,
    bindsHere: (firm, email) =>
      rich`${firm} a envoyé cette demande à ${email}. Elle s’ouvre sur cet appareil, et vous pourrez l’y ouvrir pendant 30 jours; tout autre appareil a besoin de son propre lien.`,
    open: "Ouvrir la demande",
    needsNew: "Il vous faut un nouveau lien",
    reasons: {
      UNCLAIMED: "Ce lien ne peut pas être ouvert ici.",
      CLAIMED: "Ce lien a été ouvert sur un autre appareil et ne fonctionne que sur celui-là.",
      EXPIRED: "Ce lien est expiré.",
      REVOKED: "Il existe un lien plus récent pour cette demande.",
    },
    canMail: (email) => rich`Nous pouvons en envoyer un nouveau à ${email}.`,
    send: "Envoyer un lien d’accès",
    sent: (email) => rich`Un nouveau lien est en route vers ${email}. Ouvrez-le sur cet appareil.`,
  },
  home: {
    title: "Vos demandes",
    groups: {
      overdue: "En retard",
      week: "À faire d’ici une semaine",
      later: "Plus tard",
      undated: "Sans échéance",
      completed: "Terminées",
    },
    daysIn: (timeZone) => `Jours selon le fuseau horaire ${timeZone}`,
    twoFactorSoon: (day, firm) =>
      rich`À compter du ${day}, ${firm} exigera l’authentification à deux facteurs. Configurez-la maintenant; cela prend environ deux minutes.`,
    setUp: "La configurer",
    nothing: "Rien à faire",
    nothingWhy: (firm) => `Quand ${firm} aura besoin de quelque chose, vous le verrez ici.`,
    more: "Afficher plus",
  },
  request: {
    checklist: "Liste des éléments demandés",
    whose: (name) => `Pour ${name}`,
    due: (day) => rich`échéance : ${day}`,
    completed: "Terminée",
    progress: (done, all) => `${done} sur ${all}`,
    missing: "Cette demande n’existe pas",
    hidden: "Vous n’y avez pas accès ici.",
    hiddenWhy: (firm) => `Ouvrez le plus récent courriel de ${firm} à ce sujet et cliquez sur le lien qu’il contient.`,
    oneOnly: (firm) =>
      `Ce lien ouvre seulement cette demande. Avec un compte, vous verrez tout ce que ${firm} vous a demandé.`,
    createAccount: "Créer un compte",
    all: "Toutes vos demandes",
  },
  accountPage: {
    title: "Votre compte",
    twoFactorSoon: (day, firm) => rich`À compter du ${day}, ${firm} exigera l’authentification à deux facteurs.`,
    twoFactor: "Authentification à deux facteurs",
    password: "Mot de passe",
    sessions: "Où vous êtes en session",
    trustedDevices: "Appareils de confiance",
  },
  newPhone: {
    offer:
      "Vous venez de vous connecter avec un code de récupération, qui ne peut plus servir. Avez-vous perdu votre téléphone? Configurez-en un nouveau.",
    setUp: "Configurer un nouveau téléphone",
    notNow: "Pas maintenant",
  },
});
