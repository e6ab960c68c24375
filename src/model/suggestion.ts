/** What a caller that no rule allows can do. */
export interface Suggestion {
  /** One sentence for the caller, without a final stop. */
  readonly advice: string;
  /** The smallest grant that would allow it; absent where no request rule offers one. */
  readonly grant?: SuggestedGrant;
}

/** A grant that could be asked for, ready to be sent. */
export interface SuggestedGrant {
  /** As a command line; absent where a name cannot stand in one that is printed. */
  readonly command?: string;
  /** As the body of a request to the control plane: JSON, ASCII alone. */
  readonly body: string;
  /** A page that tells a person what is asked for. */
  readonly link: string;
}
