/** The extra beside each caller that says through which target of a gateway it came: `marked` of a target sets it, RBAC gives the right to it, and `sallyport cluster guard` asks for it. */
export const MARKER_KEY = 'sallyport.dev/via';
