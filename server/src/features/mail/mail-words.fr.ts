import { durationInWords } from "@gatehouse/shared";
import type { MailWords, Addressee } from "./mail-words.en.js";

const accountOf = ({ firmName }: Addressee) => `votre compte du portail client chez ${firmName}`;
const callHelp = ({ firmName }: Addressee) =>
  `appelez ${firmName} sans attendre, à un numéro de téléphone que vous connaissez`;

const hours = (n: number) =>
  n >= 48 && n % 24 === 0 ? durationInWords(n / 24, "day", "FR") : durationInWords(n, "hour", "FR");
const minutes = (n: number) => {
  if (n >= 1440 && n % 1440 === 0) return durationInWords(n / 1440, "day", "FR");
  return n >= 60 && n % 60 === 0 ? durationInWords(n / 60, "hour", "FR") : durationInWords(n, "minute", "FR");
};

/** For clients only: the team gets mails in English. A no-break space precedes a colon and stands inside guillemets. */
export const mailWordsInFrench: MailWords = {
  footer: (firmName) => `${firmName} utilise Gatehouse pour son portail client.`,
  buttonFails: "Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur :",
  colon: " :",
  wrote: (who) => `${who} a écrit :`,
  hello: (name) => `Bonjour ${name},`,
  linkWorksOnce: (forHours) => `Le lien fonctionne une seule fois, pendant ${hours(forHours)}.`,
  notAsked: "Si vous n’avez rien demandé, ignorez simplement ce courriel : rien ne change.",
  codeStillAsked: "Si vous utilisez une application d’authentification, son code vous sera toujours demandé.",
  createAccount: "Créer votre compte",
  chooseNewPassword: "Choisir un nouveau mot de passe",
  openRequest: "Ouvrir la demande",

  accountConfirmation: {
    subject: (firmName) => `Créez votre compte chez ${firmName}`,
    what: (firmName) =>
      `Vous avez demandé un compte dans le portail client chez ${firmName}. Confirmez votre adresse courriel et choisissez un mot de passe :`,
    notAsked: "Si vous n’avez pas demandé de compte, ignorez simplement ce courriel : aucun compte ne sera créé.",
  },
  invite: {
    subject: (firmName) => `${firmName} vous invite à son portail client`,
    what: (firmName) =>
      `${firmName} vous invite à son portail client, où vous trouverez au même endroit tout ce que le cabinet vous demande. Créez votre compte en choisissant un mot de passe.`,
    unknownFirm: (firmName) =>
      `Si vous ne connaissez pas ${firmName}, ignorez simplement ce courriel : aucun compte ne sera créé.`,
  },
  rollOut: {
    requirement: (firmName, startDay) =>
      `À compter du ${startDay}, la connexion au portail client chez ${firmName} demandera un code d’une application d’authentification sur votre téléphone.`,
    subject: (firmName, startDay) => `${firmName} : une deuxième étape à la connexion à compter du ${startDay}`,
    reminderSubject: (startDay) => `Rappel : configurez l’authentification à deux facteurs avant le ${startDay}`,
    notYet: "Vous n’avez pas encore configuré l’authentification à deux facteurs.",
    setUp: "Se connecter et la configurer",
    how: "Connectez-vous avec votre mot de passe comme d’habitude, puis choisissez « La configurer » et suivez les étapes à l’écran.",
    beware: (firmName) =>
      `Personne ne vous demandera jamais un code par téléphone ou par message. Si vous doutez que ce courriel vienne de ${firmName}, n’utilisez pas le lien : appelez le cabinet à un numéro de téléphone que vous connaissez.`,
    calledOffSubject: (firmName) => `${firmName} : finalement, pas de deuxième étape à la connexion`,
    calledOff: (firmName, startDay) =>
      `Nous vous avions écrit que ${firmName} demanderait un code de votre téléphone à la connexion à compter du ${startDay}. C’est annulé : vous vous connectez comme avant, et vous n’avez rien à faire.`,
    stillPossible:
      "Vous pouvez tout de même configurer l’authentification à deux facteurs dans votre compte; vos documents seront mieux protégés.",
    openPortal: "Ouvrir le portail",
  },
  passwordReset: {
    subjectByClient: (firmName) => `Réinitialisez votre mot de passe chez ${firmName}`,
    whatByClient: (firmName) =>
      `Quelqu’un, sans doute vous, a demandé de réinitialiser le mot de passe de votre compte du portail client chez ${firmName}.`,
    notAsked: "Si vous n’avez rien demandé, ignorez simplement ce courriel : votre mot de passe reste le même.",
    subjectByFirm: (firmName) => `Choisissez un nouveau mot de passe chez ${firmName}`,
    whatByFirm: (firmName) =>
      `${firmName} vous envoie un lien pour choisir un nouveau mot de passe pour votre compte du portail client.`,
    notExpected: (firmName) =>
      `Votre mot de passe reste le même tant que vous n’utilisez pas le lien. Si vous n’attendiez pas ce courriel, appelez ${firmName} à un numéro de téléphone que vous connaissez.`,
  },
  confirmLoginEmail: {
    subject: (firmName) => `Confirmez votre nouvelle adresse de connexion chez ${firmName}`,
    what: (firmName) =>
      `Vous vous connecterez désormais au portail client chez ${firmName} avec cette adresse courriel. Veuillez la confirmer :`,
    confirm: "Confirmer cette adresse",
    noClient: (firmName) =>
      `Si vous n’êtes pas client ou cliente chez ${firmName}, ignorez simplement ce courriel : rien ne change.`,
  },
  clientRequest: {
    subject: (firmName, title) => `${firmName} vous demande : ${title}`,
    what: (firmName, title) => `${firmName} a besoin de quelque chose de votre part : ${title}`,
    answerBy: (day) => `Veuillez répondre d’ici le ${day}.`,
    howToOpen: (withinHours) =>
      `Le lien ouvre cette demande seulement. Ouvrez-le d’ici ${hours(withinHours)}, sur l’appareil avec lequel vous voulez répondre : il ne fonctionnera ensuite que sur cet appareil. Ne le transférez donc à personne.`,
    notExpected: (firmName) =>
      `Si vous ne savez pas de quoi il s’agit, appelez ${firmName} avant d’ouvrir le lien, à un numéro de téléphone que vous connaissez.`,
  },
  accessLink: {
    subject: (title) => `Votre nouveau lien : ${title}`,
    what: (firmName, title) => `Voici le nouveau lien vers la demande envoyée par ${firmName} : ${title}`,
    howToOpen: (withinHours) =>
      `Ouvrez-le d’ici ${hours(withinHours)}. Il ne fonctionnera ensuite que sur cet appareil, et la demande se fermera sur l’appareil où elle était ouverte.`,
  },
  enrollmentCode: {
    subject: (firmName) => `Votre code pour configurer l’authentification à deux facteurs chez ${firmName}`,
    what: "Entrez ce code à la page où vous configurez l’authentification à deux facteurs :",
    beware: (forMinutes) =>
      `Il fonctionne pendant ${minutes(forMinutes)}. Personne ne vous le demandera jamais par téléphone ou par message : ne le communiquez à personne.`,
    notYou: (whom) =>
      `Si ce n’est pas vous qui faites cette configuration, quelqu’un connaît votre mot de passe : changez-le tout de suite et ${callHelp(whom)}.`,
  },
  accountDeleted: {
    subject: (firmName) => `Votre compte chez ${firmName} a été supprimé`,
    what: (firmName) =>
      `${firmName} a supprimé votre compte du portail client, avec son mot de passe et son authentification à deux facteurs. Tous vos appareils ont été déconnectés. Les dossiers que le cabinet tient pour vous ne changent pas.`,
    notExpected: (firmName) =>
      `Si vous ne vous y attendiez pas, communiquez avec ${firmName}. Vous pouvez demander un nouveau compte en tout temps.`,
  },
  contactRedirected: {
    subject: (firmName) => `Où vont les demandes de ${firmName}`,
    goElsewhere: (firmName, contactName) =>
      `${firmName} a modifié l’adresse courriel de ${contactName}. Les demandes pour ${contactName} n’arrivent plus à cette adresse, et les liens qui y ont été envoyés ne fonctionnent plus.`,
    loginOpensThem: (firmName, contactName) =>
      `Votre compte chez ${firmName} donne désormais accès aux demandes pour ${contactName}, parce que ${firmName} a modifié le compte qui y donnait accès.`,
    requestsComeHere: (firmName, contactName) =>
      `${firmName} a modifié l’adresse courriel de ${contactName}. Les demandes pour ${contactName} arrivent désormais à cette adresse.`,
    notExpected: (firmName) =>
      `Si vous ne vous y attendiez pas, appelez ${firmName} à un numéro de téléphone que vous connaissez.`,
  },
  passwordStopped: {
    subject: (firmName) => `Choisissez un nouveau mot de passe chez ${firmName}`,
    what: (firmName) =>
      `Vous nous avez signalé qu’une modification de votre compte du portail client chez ${firmName} ne venait pas de vous. Tous les appareils ont été déconnectés et le mot de passe ne fonctionne plus. Choisissez-en un nouveau, que vous n’utilisez nulle part ailleurs :`,
    wasTold: (firmName) =>
      `Le cabinet en a été informé. Si vous ne pouvez pas vous connecter ensuite, appelez ${firmName} à un numéro de téléphone que vous connaissez.`,
  },

  notice: {
    when: "Date et heure",
    device: "Appareil",
    deviceOf: (browser, system) => `${browser} sur ${system}`,
    unknownDevice: "appareil inconnu",
    internetAddress: "Adresse Internet",
    unknownAddress: "inconnue",
    notMe: "Ce n’était pas moi",
    whatNotMeDoes: ({ firmName }, forHours) =>
      `Ce bouton déconnecte tous les appareils, bloque le mot de passe et avertit ${firmName}. Le lien fonctionne pendant ${hours(forHours)}.`,
    ifNotYou: (whom) => `Si ce n’était pas vous, ${callHelp(whom)}.`,
    ifNotAsked: (whom) => `Si vous n’avez rien demandé, ${callHelp(whom)}.`,
  },
  accountCreatedByLink: {
    subject: (firmName) => `Votre compte chez ${firmName} a été créé`,
    what: (firmName) =>
      `Un compte du portail client de ${firmName} a été créé pour cette adresse courriel, sur un appareil qui avait ouvert un lien reçu dans l’un de nos courriels.`,
  },
  twoFactorEnrolled: {
    subject: "L’authentification à deux facteurs est activée",
    what: (whom) =>
      `L’authentification à deux facteurs a été configurée pour ${accountOf(whom)}. Désormais, la connexion demande un code de l’application d’authentification.`,
    keepCodes:
      "Gardez les codes de récupération en lieu sûr : chacun vous permet d’entrer une fois si vous perdez votre téléphone.",
  },
  twoFactorDisabled: {
    subject: "L’authentification à deux facteurs est désactivée",
    what: (whom) =>
      `L’authentification à deux facteurs a été désactivée pour ${accountOf(whom)}. La connexion ne demande plus que le mot de passe.`,
    notYou: (whom) =>
      `Si ce n’était pas vous, changez votre mot de passe, configurez de nouveau l’authentification à deux facteurs et ${callHelp(whom)}.`,
  },
  twoFactorReset: {
    subject: "Votre authentification à deux facteurs a été réinitialisée",
    what: (whom) =>
      `${whom.firmName} a réinitialisé l’authentification à deux facteurs pour votre compte du portail client. L’application d’authentification et les codes de récupération ne fonctionnent plus, et tous vos appareils ont été déconnectés. Votre mot de passe reste le même.`,
    again:
      "Pour la configurer de nouveau, connectez-vous avec votre mot de passe. Nous vous enverrons d’abord un code par courriel, pour nous assurer que c’est bien vous.",
    notAsked: (whom) =>
      `Si vous n’avez pas demandé cela, ${callHelp(whom)} : quelqu’un se fait peut-être passer pour vous.`,
  },
  recoveryCodeUsed: {
    subject: "Un code de récupération a été utilisé",
    what: (whom, left) =>
      `Quelqu’un s’est connecté à ${accountOf(whom)} avec un code de récupération. ${left < 2 ? `Il reste ${left} code de récupération` : `Il reste ${left} codes de récupération`}.`,
    few: "Créez bientôt de nouveaux codes de récupération, dans votre compte.",
    lostPhone: "Si vous avez perdu votre téléphone, configurez le nouveau dans votre compte.",
    notYou: (whom) =>
      `Si ce n’était pas vous, changez votre mot de passe, créez de nouveaux codes de récupération et ${callHelp(whom)}.`,
  },
  passkeyAdded: {
    subject: "Une clé d’accès a été ajoutée",
    what: (whom, name) =>
      `La clé d’accès « ${name} » a été ajoutée à ${accountOf(whom)}. Elle peut désormais remplacer le code de l’application d’authentification.`,
  },
  passkeyRemoved: {
    subject: "Une clé d’accès a été retirée",
    what: (whom, name) =>
      `La clé d’accès « ${name} » a été retirée : elle ne sert plus pour ${accountOf(whom)}. La connexion demande le code de l’application d’authentification.`,
  },
  recoveryCodesRegenerated: {
    subject: "Vous avez de nouveaux codes de récupération",
    what: (whom) =>
      `De nouveaux codes de récupération ont été créés pour ${accountOf(whom)}. Les anciens ne fonctionnent plus.`,
    notYou: (whom) => `Si ce n’était pas vous, changez votre mot de passe et ${callHelp(whom)}.`,
  },
  passwordChanged: {
    subject: "Votre mot de passe a été changé",
    what: (whom) => `Le mot de passe a été changé pour ${accountOf(whom)}. Vos autres appareils ont été déconnectés.`,
    notYou: (whom) =>
      `Si ce n’était pas vous, choisissez un nouveau mot de passe avec « Mot de passe oublié? » à la page de connexion et ${callHelp(whom)}.`,
  },
  loginEmailChangeRequested: {
    subject: "Votre adresse de connexion va changer",
    what: (firmName, newEmail) =>
      `${firmName} remplace l’adresse courriel avec laquelle vous vous connectez par ${newEmail}. Le changement prendra effet quand cette adresse l’aura confirmé; d’ici là, vous vous connectez comme avant.`,
  },
  loginEmailChanged: {
    subject: "Votre adresse de connexion a changé",
    what: (whom, newEmail) =>
      `L’adresse courriel est maintenant ${newEmail} pour ${accountOf(whom)}. L’adresse où vous recevez ce courriel ne permet plus de se connecter.`,
  },
  deviceTrusted: {
    subject: "Un appareil sera dispensé du code",
    what: (whom, forDays) =>
      `Quelqu’un s’est connecté à ${accountOf(whom)} avec l’authentification à deux facteurs et a choisi de faire confiance à l’appareil. Pendant ${durationInWords(forDays, "day", "FR")}, la connexion n’y demande que le mot de passe.`,
    wasYou:
      "Si c’était vous, vous n’avez rien à faire. Votre compte énumère les appareils auxquels vous faites confiance, et vous pouvez les y retirer.",
    notYou: (whom) =>
      `Si ce n’était pas vous, quelqu’un connaît votre mot de passe et a passé l’authentification à deux facteurs : utilisez le bouton ci-dessous et ${callHelp(whom)}.`,
  },
  newDeviceSignIn: {
    subject: "Nouvelle connexion à votre compte",
    what: (whom) => `Quelqu’un s’est connecté à ${accountOf(whom)} sur un appareil qui n’avait jamais été utilisé.`,
    wasYou: "Si c’était vous, vous n’avez rien à faire.",
    notYou: (whom) =>
      `Si ce n’était pas vous, changez tout de suite votre mot de passe, déconnectez les autres appareils dans votre compte et ${callHelp(whom)}.`,
  },
  wrongPasswords: {
    subject: "Trop de mots de passe incorrects",
    what: (whom, forMinutes) =>
      `Il y a eu trop de tentatives de connexion à ${accountOf(whom)} avec un mot de passe incorrect. La connexion par mot de passe est suspendue pendant ${minutes(forMinutes)}. Rien d’autre n’est touché.`,
    wasYou:
      "Si c’était vous, attendez et réessayez, ou choisissez un nouveau mot de passe avec « Mot de passe oublié? ».",
    notYou:
      "Si ce n’était pas vous, personne n’est entré. Utilisez ici un mot de passe que vous n’utilisez nulle part ailleurs.",
  },
  wrongCodes: {
    subject: "Votre compte est verrouillé temporairement",
    what: (whom, forMinutes) =>
      `Trop de codes incorrects ont été entrés pour ${accountOf(whom)}. Il est verrouillé pendant ${minutes(forMinutes)}.`,
    wasYou: ({ firmName }) => `Si c’était vous, attendez, ou demandez à ${firmName} de déverrouiller le compte.`,
    notYou: (whom) =>
      `Si ce n’était pas vous, quelqu’un connaît votre mot de passe : changez-le dès que possible et ${callHelp(whom)}.`,
  },
};
