/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer-features: what one end asks the other about, by the numbers of REMOTE_PROC_CONNECT_SUPPORTS_FEATURE.
 *
 * Called by: the daemon's answer, the remote driver's questions, the choice of how to migrate.
 */
#pragma once

enum wire_feature {
    FEATURE_MIGRATION_1 = 1, /* protocols of migration before the one with parameters */
    FEATURE_MIGRATION_2 = 3,
    FEATURE_MIGRATION_PEER2PEER = 4,
    FEATURE_MIGRATION_DIRECT = 5,
    FEATURE_MIGRATION_3 = 6,
    FEATURE_MIGRATION_PROTECTION = 7,
    FEATURE_DESCRIPTORS = 8,
    FEATURE_STRING_PARAMS = 9,
    FEATURE_KEEPALIVE = 10, /* asking for it says: I answer keepalive messages */
    FEATURE_XML_MIGRATABLE = 11,
    FEATURE_MIGRATION_OFFLINE = 12,
    FEATURE_MIGRATION_PARAMS = 13,
    FEATURE_EVENT_CALLBACKS = 14,
    FEATURE_CLOSE_CALLBACK = 15,
    FEATURE_NETWORK_UPDATE_ORDER = 16,
};
