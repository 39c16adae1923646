import { otherProblems, type Problem } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { Banner } from "../../ui/banner.js";
import { Button } from "../../ui/button.js";

const LAST_FIRM = "gatehouse-last-firm";
/** The firm that was chosen last in this browser comes first; where nothing is kept, the order stays. */
function lastFirm(): string | null {
  try {
    return localStorage.getItem(LAST_FIRM);
  } catch {
    return null;
  }
}
function rememberFirm(id: string): void {
  try {
    localStorage.setItem(LAST_FIRM, id);
  } catch {
    // A browser that keeps nothing.
  }
}

/** For somebody in several teams: which one to sign in to. */
export function FirmChoice(props: {
  firms: readonly { id: string; name: string }[];
  isPending: boolean;
  problems: readonly Problem[];
  onChoose: (firmId: string) => void;
  onStartAgain: () => void;
}) {
  const { isPending, problems, onStartAgain } = props;
  const { signIn: say } = useWords();
  const last = lastFirm();
  const firms = props.firms.toSorted((one, other) => Number(other.id === last) - Number(one.id === last));
  const choose = (firmId: string) => {
    rememberFirm(firmId);
    props.onChoose(firmId);
  };
  const other = otherProblems(problems);
  return (
    <div className="flex flex-col gap-4">
      {other && <Banner tone="danger">{other}</Banner>}
      <ul className="flex flex-col gap-3">
        {firms.map(({ id, name }) => (
          <li key={id}>
            <Button wide isPending={isPending} onPress={() => choose(id)}>
              <span translate="no">{name}</span>
            </Button>
          </li>
        ))}
      </ul>
      <Button look="quiet" onPress={onStartAgain}>
        {say.startAgain}
      </Button>
    </div>
  );
}
