using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>Takes neurons of a stability table where text that names neurons is needed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NeuronsAttribute : ArgumentAttribute
{
    private protected override object? Bound(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            NeuronStability neuron => FormattableString.Invariant($"{neuron.Layer}:{neuron.Neuron}"),
            object?[] items => Array.ConvertAll(items, item => Transform(engineIntrinsics, item)),
            _ => value,
        };
    }
}
