import { wordsInFrench } from "../language/words.fr.js";
import { portalWordsInFrench } from "./words.fr.js";

/** Everything in French, in a file that is loaded only for French. */
export const catalogueInFrench = { words: wordsInFrench, portalWords: portalWordsInFrench };
