package dev.millrace.crds.v1beta1;

import dev.millrace.crds.schema.Describe;
import dev.millrace.crds.schema.Required;
import dev.millrace.crds.schema.Text;

/** A Secret in the namespace of the resource. */
public record SecretRef(
        @Describe("name of the Secret") @Required @Text(max = 253)
        String name) {}
