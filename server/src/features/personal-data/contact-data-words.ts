import { personalThings, type PersonalThingName } from "@gatehouse/shared";
import type { Words } from "./contact-data-columns.js";

/** What the client reads of each thing that may be kept about them. */
const thingsInFrench: Readonly<Record<PersonalThingName, string>> = {
  CONTACT: "Votre fiche",
  SEARCH_WORDS: "Les mots qui permettent de la trouver",
  REQUESTS: "Les demandes et leur contenu",
  LINKS: "Les liens magiques et les sessions qu’ils ont ouvertes",
  ROLL_OUT_RECIPIENTS: "Ce qui concerne le passage à l’authentification à deux facteurs",
  MAILS: "Les courriels à vos adresses, en attente et envoyés",
  MAILED_TOKENS: "Les invitations et autres liens envoyés par courriel",
  MAIL_REQUESTS: "Les courriels demandés à vos adresses",
  LOGIN: "Le compte",
  PASSWORD: "L’empreinte du mot de passe",
  FACTORS: "L’application d’authentification, les clés d’accès et les codes de récupération",
  SESSIONS: "Les sessions, ouvertes et terminées",
  SIGN_INS_UNDER_WAY: "Les connexions en attente de l’étape suivante",
  DEVICES: "Les appareils de confiance et connus",
  EVENTS_ABOUT: "Ce que le journal dit de vous",
  EVENTS_OF_LOGIN: "Ce que le journal dit du compte et de ce qu’il a fait",
  EVENTS_OF_ADDRESS: "Les connexions échouées avec vos adresses",
  EVENTS_ABOUT_OTHERS: "Ce que le journal dit d’autres personnes",
  DELETION: "L’inscription de la suppression au journal",
  NOTICE: "Le courriel qui annonce la suppression",
  UNLINKED_LOGINS: "Les comptes que vous aviez auparavant",
  ATTEMPTS: "Les tentatives comptées",
  KEPT_ANSWERS: "Les réponses gardées pour être répétées",
  REPORTS: "Les rapports gardés du cabinet",
};
export const titleOf = (thing: PersonalThingName): Words => ({
  EN: personalThings[thing].title,
  FR: thingsInFrench[thing],
});

/** Why something that is kept is not in the file, or stays when the rest is deleted. */
export const reasons = {
  OTHERS_LOGIN: {
    EN: "Somebody else uses the same login or used it before, and what is kept with it does not tell which of you it was. Sign in to the portal to see it.",
    FR: "Une autre personne utilise le même compte ou l’a utilisé, et ce qui y est conservé ne dit pas laquelle de vous c’était. Connectez-vous au portail pour le voir.",
  },
  OTHERS_ADDRESS: {
    EN: "What was mailed to an address that somebody else has too, or that you no longer have with us, may be theirs, and so may what was done there: who it was and from where is left out.",
    FR: "Ce qui a été envoyé à une adresse qu’une autre personne a aussi, ou que vous n’avez plus chez nous, peut être à elle, de même que ce qui y a été fait : qui c’était et d’où n’y figure pas.",
  },
  SECRETS: {
    EN: "Passwords, codes, keys and links are kept only in a form from which they cannot be read, or encrypted. That form is not in the file either, since it could help somebody to get in.",
    FR: "Les mots de passe, codes, clés et liens ne sont conservés que sous une forme illisible ou chiffrée. Cette forme n’est pas non plus dans le fichier, car elle pourrait aider quelqu’un à entrer.",
  },
  MAILS: {
    EN: "The text of a mail is deleted once it is sent, and encrypted until then. The file says when we wrote to which address.",
    FR: "Le texte d’un courriel est supprimé après l’envoi, et chiffré jusque-là. Le fichier dit quand nous avons écrit à quelle adresse.",
  },
  COLLEAGUES: {
    EN: "Which member of our team did something, and from where, is about them. The file says that we did it.",
    FR: "Quel membre de notre équipe a fait quelque chose, et d’où, le concerne. Le fichier dit que nous l’avons fait.",
  },
  WEBHOOKS: {
    EN: "What our other systems received is kept there. Gatehouse keeps only which event was sent when.",
    FR: "Ce que nos autres systèmes ont reçu y est conservé. Gatehouse ne conserve que l’événement envoyé et le moment.",
  },
  OLD_SIGN_INS: {
    EN: "We keep who signed in, and from where, for some time only. Older sign-ins have lost it.",
    FR: "Nous ne conservons que pour un certain temps qui s’est connecté, et d’où. Les connexions plus anciennes ne le disent plus.",
  },
  OTHERS: {
    EN: "It is about somebody else.",
    FR: "Il s’agit d’une autre personne.",
  },
  UNLINKED: {
    EN: "A login that no longer belongs to you with us may be anybody’s.",
    FR: "Un compte qui n’est plus rattaché à votre fiche peut être à n’importe qui.",
  },
  ATTEMPTS: {
    EN: "Counters against guessing are kept under digests that name nobody, and are deleted after two days.",
    FR: "Les compteurs contre les essais répétés sont conservés sous des empreintes qui ne nomment personne, et supprimés après deux jours.",
  },
  REPORTS: {
    EN: "They are made from the log, list all of the firm's clients, and are deleted after 30 days. What they say about you is in this file, from the log.",
    FR: "Ils sont établis à partir du journal, énumèrent tous les clients du cabinet et sont supprimés après 30 jours. Ce qu’ils disent de vous est dans ce fichier, d’après le journal.",
  },
  ANSWERS: {
    EN: "Answers to programs are kept encrypted for 24 hours, filed by the program and not by you.",
    FR: "Les réponses aux programmes sont conservées chiffrées pendant 24 heures, classées par programme et non par personne.",
  },
  PROOF: {
    EN: "We must be able to show that we deleted it, who did it, and why. It does not name you.",
    FR: "Nous devons pouvoir montrer que nous l’avons supprimé, qui l’a fait et pourquoi. Elle ne vous nomme pas.",
  },
  NOTICE: {
    EN: "It has to arrive, and is deleted like other mails.",
    FR: "Il doit arriver, et il est supprimé comme les autres courriels.",
  },
} as const satisfies Record<string, Words>;

/** Why a thing stays when the contact is deleted, if no other contact has the login. */
export const staysBecause: Partial<Record<PersonalThingName, Words>> = {
  EVENTS_ABOUT_OTHERS: reasons.OTHERS,
  DELETION: reasons.PROOF,
  NOTICE: reasons.NOTICE,
  UNLINKED_LOGINS: reasons.UNLINKED,
  ATTEMPTS: reasons.ATTEMPTS,
  KEPT_ANSWERS: reasons.ANSWERS,
  REPORTS: reasons.REPORTS,
};

/** What the page says around the tables. */
export const pageWords = {
  EN: {
    title: (name: string) => `What we keep about ${name}`,
    intro: (firmName: string, moment: string, zone: string) =>
      `${firmName} made this file on ${moment}. Times are in the time zone ${zone}. It has everything that our client portal keeps about you; the same as data for programs, with more detail about each event, is in the JSON file.`,
    sharedLogin: (email: string) => `Somebody else uses the login ${email} too, or used it before.`,
    nothing: "What this file has nothing about",
    none: "–",
    yes: "Yes",
    no: "No",
    contents: "Contents",
    noteOnLog: "",
    aboutOthers: "Something that concerns somebody else.",
    leftOut: "What is not in this file",
    what: "What",
    why: "Why",
    deletion: "If you ask us to delete it",
    becomes: "Then it is",
    DELETED: "Deleted",
    ERASED: "Erased: the entry stays, without what it says about you",
    STAYS: "Kept",
  },
  FR: {
    title: (name: string) => `Ce que nous conservons sur ${name}`,
    intro: (firmName: string, moment: string, zone: string) =>
      `${firmName} a produit ce fichier le ${moment}. Les heures sont celles du fuseau ${zone}. Il contient tout ce que notre portail client conserve sur vous; les mêmes données pour des programmes, avec plus de détails sur chaque événement, sont dans le fichier JSON.`,
    sharedLogin: (email: string) => `Une autre personne utilise aussi le compte ${email}, ou l’a utilisé.`,
    nothing: "Ce dont ce fichier ne contient rien",
    none: "–",
    yes: "Oui",
    no: "Non",
    contents: "Contenu",
    noteOnLog: "Le journal est tenu en anglais; ses phrases sont reproduites telles quelles.",
    aboutOthers: "Quelque chose qui concerne une autre personne.",
    leftOut: "Ce qui n’est pas dans ce fichier",
    what: "Quoi",
    why: "Pourquoi",
    deletion: "Si vous nous demandez de tout supprimer",
    becomes: "Alors",
    DELETED: "Supprimé",
    ERASED: "Effacé : l’inscription reste, sans ce qu’elle dit de vous",
    STAYS: "Conservé",
  },
} as const;
