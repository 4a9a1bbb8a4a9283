/** NULL. */

import { encodeTlv } from "./encode-tlv.ts";
import { TAG } from "./tag.ts";

export const NULL_DER: Uint8Array = encodeTlv(TAG.null);
