import { inWords, roughly } from "../language/durations-in-words.js";
import type { RefusalWords } from "./refusals.en.js";

export const refusalsInFrench: RefusalWords = {
  codes: {
    PLAN_UPGRADE_REQUIRED:
      "Le forfait du cabinet ne comprend pas cette fonction. Passez au forfait Business ou Enterprise.",
    VERSION_CONFLICT:
      "Quelqu’un d’autre vient de faire une modification. Vérifiez la version actuelle, puis réessayez.",
    LOGIN_DISABLED: "Ce cabinet donne accès uniquement au moyen des liens dans ses courriels. Ouvrez le plus récent.",
    FIRM_DISABLED:
      "L’accès de ce cabinet est fermé pour le moment. Personne ne peut se connecter. Adressez-vous au cabinet.",
    INVALID_CREDENTIALS: "L’adresse courriel ou le mot de passe est incorrect.",
    INVALID_CODE: "Le code est incorrect, expiré ou déjà utilisé.",
    CHALLENGE_EXPIRED: "Cette connexion a pris trop de temps. Recommencez.",
    ACCOUNT_LOCKED: "Trop de tentatives infructueuses. Réessayez plus tard.",
    TOO_MANY_REQUESTS: "Trop de demandes en peu de temps. Réessayez plus tard.",
    WEAK_PASSWORD: "Ce mot de passe est trop faible.",
    STEP_UP_REQUIRED: "Confirmez que c’est bien vous, puis réessayez.",
    ACCESS_RESET_REQUIRED:
      "Cette adresse décide qui a accès aux demandes du contact. Pour la modifier, une clé a besoin de l’autorisation ACCESS_RESET.",
    CONTACT_REDIRECT_REFUSED:
      "Cette adresse changerait qui a accès aux demandes du contact. Autorisez-le pour cette ligne, ou n’indiquez pas d’adresse.",
    EMAIL_CODE_REQUIRED: "Entrez le code à 6 chiffres que vous avez reçu par courriel.",
    TOKEN_INVALID: "Ce lien est incorrect, expiré ou déjà utilisé. Demandez-en un nouveau.",
    ALREADY_EXISTS: "Cela existe déjà.",
    TWO_FACTOR_NOT_ENROLLED: "L’authentification à deux facteurs n’est pas configurée.",
    TWO_FACTOR_ALREADY_ENROLLED: "L’authentification à deux facteurs est déjà configurée.",
    TWO_FACTOR_REQUIRED_BY_FIRM:
      "Le cabinet exige l’authentification à deux facteurs; elle ne peut donc pas être désactivée.",
    INVALID_EMAIL: "Cette adresse courriel n’est pas valide.",
    INVALID_INPUT: "Cette valeur n’est pas valide.",
    MAIL_NOT_CONFIGURED:
      "Ce serveur n’envoie pas de courriels; rien n’a donc été fait. Adressez-vous aux personnes qui l’exploitent.",
    NOT_FOUND: "Cet élément n’existe pas, ou vous n’y avez pas accès.",
  },
  passwordNotWhole: "Le mot de passe contient un caractère non valide. Tapez-le de nouveau.",
  passwordTooShort: (least, length) => `Utilisez au moins ${least} caractères; il y en a ${length}.`,
  passwordTooLong: (most, length) => `Utilisez au plus ${most} caractères; il y en a ${length}.`,
  passwordMuchTooLong: (most) => `Utilisez au plus ${most} caractères.`,
  passwordCommon: "Ce mot de passe figure sur la liste des mots de passe courants. Choisissez-en un autre.",
  passwordFewCharacters: "Ce mot de passe répète toujours les mêmes caractères. Choisissez-en un autre.",
  passwordSequence: "Ce mot de passe est une simple suite de caractères. Choisissez-en un autre.",
  passwordRepetition: "Ce mot de passe se répète. Choisissez-en un autre.",
  passwordOfNames:
    "Ce mot de passe est formé de votre adresse courriel, du nom du cabinet ou du nom du produit. Choisissez-en un autre.",
  passwordWrong: "Le mot de passe est incorrect.",
  passwordOfSafeTeam:
    "Ce mot de passe ouvre aussi une équipe où vous utilisez l’authentification à deux facteurs. Changez-le là, ou demandez un lien par courriel à la page de connexion.",
  passwordOfTeam:
    "Vous vous connectez déjà à Gatehouse avec cette adresse courriel. Entrez le mot de passe que vous y utilisez; si vous l’avez oublié, demandez-en un nouveau à la page de connexion.",
  tooManyWrongPasswords: (waitMs) => `Trop de mots de passe incorrects. Réessayez ${inWords(waitMs, "FR")}.`,
  provenTooOften: (waitMs) => `Vous avez fait cette confirmation trop souvent. Réessayez ${inWords(waitMs, "FR")}.`,
  tooManyWrongCodes: (waitMs) =>
    `Trop de codes incorrects. Réessayez ${inWords(waitMs, "FR")}, ou demandez au cabinet de déverrouiller votre compte.`,
  passwordSetCodesLocked: (waitMs) =>
    `Votre nouveau mot de passe est enregistré, et l’ancien ne fonctionne plus. Il y a eu trop de codes incorrects. Connectez-vous ${inWords(waitMs, "FR")} avec le nouveau mot de passe et un code, ou demandez au cabinet de déverrouiller votre compte.`,
  tooManyMailedCodes: (waitMs) => `Nous vous avons déjà envoyé plusieurs codes. Réessayez ${inWords(waitMs, "FR")}.`,
  sixDigits: (digits) =>
    digits === 0 ? "Entrez le code à 6 chiffres." : `Le code a 6 chiffres; vous en avez entré ${digits}.`,
  recoveryCodeForm: "Entrez un code de récupération entier : 24 lettres et chiffres, par groupes de quatre.",
  codeOrRecoveryCode: "Entrez le code à 6 chiffres de votre application ou un code de récupération entier.",
  codeMissing: "Entrez aussi le code de votre application d’authentification.",
  clockIsOff: (seconds) =>
    `L’horloge de votre téléphone ${seconds > 0 ? "avance" : "retarde"} d’environ ${roughly(seconds, "FR")}. Réglez la date et l’heure en mode automatique, puis entrez le prochain code.`,
  mailedCodeWrong: "Le code reçu par courriel est incorrect ou expiré.",
  setUpTookTooLong: "Cette configuration a pris trop de temps ou a été recommencée ailleurs. Recommencez.",
  accountExists: "Il existe déjà un compte avec cette adresse courriel. Connectez-vous plutôt.",
  redirectNeedsProof:
    "Cette adresse décide qui a accès aux demandes du contact. Confirmez que c’est bien vous, puis modifiez-la de nouveau.",
  emailTaken: "Un autre compte utilise maintenant cette adresse courriel.",
  passkeyUnnamed: "Donnez un nom à la clé d’accès, sur une seule ligne de texte simple.",
  passkeyNotAdded: "La clé d’accès n’a pas été ajoutée. Recommencez.",
  passkeysMissing: "Ce compte n’a aucune clé d’accès.",
  passkeysFull: (most) => `Vous avez déjà ${most} clés d’accès. Retirez-en une d’abord.`,
};
